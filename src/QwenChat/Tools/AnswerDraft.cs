using System.Text.Json.Nodes;

namespace QwenChat.Tools;

/// <summary>
/// An answer that must fit a schema, before it becomes the reply. The turn yields it to the caller, who creates its value on a thread where objects may be
/// created, and resumes: the failure to create a value is sent back to the model once.
/// </summary>
/// <param name="value">The checked value; null if there is a finding, or the value is null.</param>
/// <param name="finding">What is wrong with the answer; null if it fits the schema.</param>
internal sealed class AnswerDraft(JsonNode? value, string? finding)
{
    /// <summary>The value of the answer, in the form of the schema.</summary>
    public JsonNode? Json { get; } = value;

    /// <summary>What is wrong with the answer; null if nothing is.</summary>
    public string? Finding { get; private set; } = finding;

    /// <summary>Whether the answer was cut off, so that a retry would end in the same way.</summary>
    public bool IsCut { get; init; }

    /// <summary>The value of the reply; null if none was created.</summary>
    public object? Value { get; private set; }

    /// <summary>Sets the value of the reply.</summary>
    public void Accept(object? made) => Value = made;

    /// <summary>Records why no value can be created.</summary>
    public void Refuse(string reason) => Finding = reason;
}
