using QwenChat.Streaming;

namespace QwenChat.Protocols.Responses;

/// <summary>A response that the service keeps (qwen-api §2.7).</summary>
/// <param name="Fold">The answer.</param>
/// <param name="PreviousResponseId">The response it continues; null for the first of a chain.</param>
/// <param name="ConversationId">The conversation it belongs to; null for none.</param>
/// <param name="Instructions">The instructions it was asked with, where the service tells them.</param>
internal sealed record StoredResponse(ReplyBuilder Fold, string? PreviousResponseId, string? ConversationId, string? Instructions);
