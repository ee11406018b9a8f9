namespace QwenChat.Protocols;

/// <summary>The ways to request an answer that matches a schema (wire §15).</summary>
internal enum AnswerWay
{
    /// <summary><c>response_format</c> with the schema: the service enforces it.</summary>
    JsonSchema,
    /// <summary><c>response_format</c> for any JSON object, with the schema in the system prompt.</summary>
    JsonObject,
    /// <summary>A single function that must be called; its arguments are the answer. Used for APIs that ignore <c>text.format</c>.</summary>
    ForcedFunction,
}
