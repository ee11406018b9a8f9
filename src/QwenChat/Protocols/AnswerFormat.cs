using QwenChat.Tools;

namespace QwenChat.Protocols;

/// <summary>The schema that an answer must fit, and how the request specifies it (wire §15).</summary>
/// <param name="Schema">The schema.</param>
/// <param name="Way">The way to request it.</param>
internal sealed record AnswerFormat(AnswerSchema Schema, AnswerWay Way)
{
    /// <summary>Returns the system prompt, with the instructions for the model if the service does not enforce the schema.</summary>
    /// <param name="instructions">The system prompt without these instructions.</param>
    public string? AddTo(string? instructions)
    {
        if (Way != AnswerWay.JsonObject)
            return instructions;
        string told = "Answer with one JSON object and nothing else: no other text, no code fence. The object fits this JSON Schema:\n" + Schema.Text;
        return string.IsNullOrEmpty(instructions) ? told : $"{instructions}\n\n{told}";
    }
}
