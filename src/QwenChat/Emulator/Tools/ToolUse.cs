namespace QwenChat.Emulator.Tools;

/// <summary>The functions that a model may call, and the tool choice.</summary>
internal sealed record ToolUse
{
    public const string Auto = "auto", Never = "none", Required = "required";

    public static ToolUse None { get; } = new();

    public IReadOnlyList<QwenEmulatorTool> Tools { get; init; } = [];

    /// <summary>The tool choice: <c>auto</c>, <c>none</c>, <c>required</c>, or the name of the function that must be called.</summary>
    public string Choice { get; init; } = Auto;

    /// <summary>The function that the model must call; null if no function must be called.</summary>
    public QwenEmulatorTool? Forced { get; init; }

    /// <summary>True if the response contains only the first of the model's calls.</summary>
    public bool OnlyFirstCall { get; init; }

    /// <summary>True if the response contains no calls, because the model streams calls only on request.</summary>
    public bool HidesCalls { get; init; }

    /// <summary>The text that the tools add to the prompt. The text is billed as input (wire §14.1).</summary>
    public string PromptText => string.Concat(Tools.Select(tool => $"{tool.Name} {tool.Description} {tool.Parameters}\n"));

    /// <summary>Returns the calls in <paramref name="wanted"/> that the response contains.</summary>
    public IEnumerable<QwenToolCall> Pass(IReadOnlyList<QwenToolCall> wanted) =>
        HidesCalls || (Choice == Never && Forced is null) ? [] : OnlyFirstCall ? wanted.Take(1) : wanted;
}
