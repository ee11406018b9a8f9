namespace QwenChat.Protocols.Conversations;

/// <summary>A page of the items of a conversation (wire §3), or of the input items of a stored response (wire §2.7).</summary>
/// <param name="Items">The items, in the requested order.</param>
/// <param name="HasMore">Whether there is another page, after <paramref name="LastId"/>.</param>
/// <param name="FirstId">The id of the first item; null on an empty page.</param>
/// <param name="LastId">The id of the last item, for the next page's <c>after</c>; null on an empty page.</param>
internal sealed record ItemPage(IReadOnlyList<QwenItem> Items, bool HasMore, string? FirstId, string? LastId);
