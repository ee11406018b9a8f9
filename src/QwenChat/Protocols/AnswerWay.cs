namespace QwenChat.Protocols;

/// <summary>The ways in which an answer of a schema can be asked for (wire-tools §2).</summary>
internal enum AnswerWay
{
    /// <summary><c>response_format</c> with the schema: the service holds the model to it.</summary>
    JsonSchema,
    /// <summary><c>response_format</c> for any JSON object, with the schema in the system text.</summary>
    JsonObject,
    /// <summary>One function that must be called, whose arguments are the answer: these APIs ignore <c>text.format</c>.</summary>
    ForcedFunction,
}
