using System.Text.Json.Nodes;

namespace QwenChat.Tools;

/// <summary>
/// An answer of a schema, before it becomes the reply. The turn hands it to whoever reads it, who makes the value of it on a thread where objects may be
/// made, and reads on: what cannot be made is sent back to the model once.
/// </summary>
/// <param name="value">The checked value; null where there is a finding, or null is the value.</param>
/// <param name="finding">What is wrong with the answer; null when it fits the schema.</param>
internal sealed class AnswerDraft(JsonNode? value, string? finding)
{
    /// <summary>The value of the answer, as the schema has it.</summary>
    public JsonNode? Json { get; } = value;

    /// <summary>What is wrong with the answer; null when nothing is.</summary>
    public string? Finding { get; private set; } = finding;

    /// <summary>Whether the answer broke off, so that asking again would end in the same way.</summary>
    public bool IsCut { get; init; }

    /// <summary>The value that the reply has; null where nobody made one.</summary>
    public object? Value { get; private set; }

    /// <summary>Gives the reply its value.</summary>
    public void Accept(object? made) => Value = made;

    /// <summary>Says why no value can be made.</summary>
    public void Refuse(string reason) => Finding = reason;
}
