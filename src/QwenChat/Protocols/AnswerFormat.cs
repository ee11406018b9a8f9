using QwenChat.Tools;

namespace QwenChat.Protocols;

/// <summary>The schema that an answer must match, and the way the request specifies it (wire §15).</summary>
internal sealed record AnswerFormat(AnswerSchema Schema, AnswerWay Way)
{
    /// <summary>Returns the system prompt. If the service does not enforce the schema, the schema is added to the prompt.</summary>
    /// <param name="instructions">The system prompt without the schema.</param>
    public string? AddTo(string? instructions)
    {
        if (Way != AnswerWay.JsonObject)
            return instructions;
        string told = "Answer with one JSON object and nothing else: no other text, no code fence. The object fits this JSON Schema:\n" + Schema.Text;
        return string.IsNullOrEmpty(instructions) ? told : $"{instructions}\n\n{told}";
    }
}
