using System.Text.Json.Nodes;

namespace QwenChat.Tools;

/// <summary>
/// An answer that must match a schema, before it becomes the reply. The caller creates the value on the pipeline thread, and then resumes the turn. If the
/// value cannot be created, the error is sent to the model once.
/// </summary>
internal sealed class AnswerDraft(JsonNode? value, string? finding)
{
    /// <summary>The checked value, as JSON; null if the answer has an error, or if the value is null.</summary>
    public JsonNode? Json { get; } = value;

    /// <summary>The error in the answer; null if the answer is valid.</summary>
    public string? Finding { get; private set; } = finding;

    /// <summary>Whether the answer was cut off, in which case a retry would also be cut off.</summary>
    public bool IsCut { get; init; }

    /// <summary>The value of the reply; null if no value was created.</summary>
    public object? Value { get; private set; }

    public void Accept(object? made) => Value = made;

    public void Refuse(string reason) => Finding = reason;
}
