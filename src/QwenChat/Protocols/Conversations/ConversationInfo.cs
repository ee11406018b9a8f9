namespace QwenChat.Protocols.Conversations;

/// <summary>A conversation object of the service (qwen-api §3).</summary>
/// <param name="Id">Its id, <c>conv_…</c>.</param>
/// <param name="Metadata">Its metadata; empty when there is none.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
internal sealed record ConversationInfo(string Id, IReadOnlyDictionary<string, string> Metadata, DateTimeOffset? CreatedAt);
