namespace QwenChat.Protocols.Conversations;

/// <summary>A conversation object of the service (wire §3).</summary>
/// <param name="Id">The id, <c>conv_…</c>.</param>
/// <param name="Metadata">The metadata; empty if there is none.</param>
/// <param name="CreatedAt">The creation time in UTC.</param>
internal sealed record ConversationInfo(string Id, IReadOnlyDictionary<string, string> Metadata, DateTimeOffset? CreatedAt);
