using System.Text.Json.Nodes;

namespace QwenChat.Tools;

/// <summary>
/// An answer that must match a schema, before it becomes the reply. The turn yields the answer to the caller. The caller creates the value on a
/// thread where objects may be created, and resumes the turn. If the value cannot be created, the error is sent to the model once.
/// </summary>
/// <param name="value">The checked value; null if the answer has an error, or if the value is null.</param>
/// <param name="finding">The error in the answer; null if the answer matches the schema.</param>
internal sealed class AnswerDraft(JsonNode? value, string? finding)
{
    /// <summary>The value of the answer, in the schema's structure.</summary>
    public JsonNode? Json { get; } = value;

    /// <summary>The error in the answer; null if the answer is valid.</summary>
    public string? Finding { get; private set; } = finding;

    /// <summary>Whether the answer was cut off, in which case a retry would also be cut off.</summary>
    public bool IsCut { get; init; }

    /// <summary>The value of the reply; null if no value was created.</summary>
    public object? Value { get; private set; }

    /// <summary>Sets the value of the reply.</summary>
    public void Accept(object? made) => Value = made;

    /// <summary>Records the reason that no value can be created.</summary>
    public void Refuse(string reason) => Finding = reason;
}
