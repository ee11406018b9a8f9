using System.Text.Json.Nodes;

namespace QwenChat.Tools;

/// <summary>
/// An answer that must fit a schema, before it becomes the reply. The turn yields it to the caller, which creates the value on a thread where objects may be
/// created, and resumes the turn. A failure to create the value is sent back to the model once.
/// </summary>
/// <param name="value">The checked value; null if there is a finding, or the value is null.</param>
/// <param name="finding">The error in the answer; null if the answer fits the schema.</param>
internal sealed class AnswerDraft(JsonNode? value, string? finding)
{
    /// <summary>The value of the answer, in the schema's structure.</summary>
    public JsonNode? Json { get; } = value;

    /// <summary>The error in the answer; null if there is none.</summary>
    public string? Finding { get; private set; } = finding;

    /// <summary>Whether the answer was cut off, in which case a retry would also be cut off.</summary>
    public bool IsCut { get; init; }

    /// <summary>The value of the reply; null if none was created.</summary>
    public object? Value { get; private set; }

    /// <summary>Sets the value of the reply.</summary>
    public void Accept(object? made) => Value = made;

    /// <summary>Records the reason that no value can be created.</summary>
    public void Refuse(string reason) => Finding = reason;
}
