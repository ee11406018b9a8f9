using QwenChat.Streaming;

namespace QwenChat.Protocols.Responses;

/// <summary>A response stored by the service (wire §2.7).</summary>
/// <param name="Fold">The answer.</param>
/// <param name="PreviousResponseId">The id of the previous response; null for the first of a chain.</param>
/// <param name="ConversationId">The id of its conversation; null for none.</param>
/// <param name="Instructions">The instructions of its request, if the service returns them.</param>
internal sealed record StoredResponse(ReplyBuilder Fold, string? PreviousResponseId, string? ConversationId, string? Instructions);
