namespace QwenChat.Protocols.Tools;

/// <summary>Whether the model may, must or must not call functions, or which one it must call.</summary>
internal sealed record ToolChoice
{
    private ToolChoice(string word, string? name) => (Word, Name) = (word, name);

    /// <summary>The model decides.</summary>
    public static ToolChoice Auto { get; } = new("auto", null);

    /// <summary>The model calls nothing, though it is told of the functions.</summary>
    public static ToolChoice None { get; } = new("none", null);

    /// <summary>The model calls at least one function.</summary>
    public static ToolChoice Required { get; } = new("required", null);

    /// <summary>The choice in the word of the APIs; <c>required</c> for a function by name.</summary>
    public string Word { get; }

    /// <summary>The function to call; null when the choice names none.</summary>
    public string? Name { get; }

    /// <summary>Whether a call is forced: the follow-up must not repeat such a choice, or the model calls again (wire-tools §1.2).</summary>
    public bool IsForced => Word == Required.Word;

    /// <summary>The model calls one function.</summary>
    public static ToolChoice Of(string name) => new("required", name);
}
