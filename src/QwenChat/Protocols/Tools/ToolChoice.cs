namespace QwenChat.Protocols.Tools;

/// <summary>The tool choice: whether the model may, must or must not call a function, or the name of the function that it must call.</summary>
internal sealed record ToolChoice
{
    private ToolChoice(string word, string? name) => (Word, Name) = (word, name);

    /// <summary>The model decides.</summary>
    public static ToolChoice Auto { get; } = new("auto", null);

    /// <summary>The model must not call a function, although the request contains functions.</summary>
    public static ToolChoice None { get; } = new("none", null);

    /// <summary>The model must call at least one function.</summary>
    public static ToolChoice Required { get; } = new("required", null);

    /// <summary>The value of the choice in requests; <c>required</c> if the choice names a function.</summary>
    public string Word { get; }

    /// <summary>The name of the function to call; null if the choice names no function.</summary>
    public string? Name { get; }

    /// <summary>
    /// Whether the model must call a function. The request with the tool results must not repeat the choice, because the model would call again
    /// (wire §14.2).
    /// </summary>
    public bool IsForced => Word == Required.Word;

    public static ToolChoice Of(string name) => new("required", name);
}
