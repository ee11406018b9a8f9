using QwenChat.Streaming;

namespace QwenChat.Protocols.Responses;

/// <summary>A response stored by the service (wire §2.7).</summary>
/// <param name="Fold">The answer.</param>
/// <param name="PreviousResponseId">The id of the previous response; null for the first response of a chain.</param>
/// <param name="ConversationId">The id of the conversation; null if the response does not belong to a conversation.</param>
/// <param name="Instructions">The instructions of the request, if the service returns them.</param>
internal sealed record StoredResponse(ReplyBuilder Fold, string? PreviousResponseId, string? ConversationId, string? Instructions);
