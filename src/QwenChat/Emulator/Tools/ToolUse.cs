namespace QwenChat.Emulator.Tools;

/// <summary>The functions that a request offers the model, and how the model may use them.</summary>
internal sealed record ToolUse
{
    public const string Auto = "auto", Never = "none", Required = "required";

    /// <summary>What a request without tools allows.</summary>
    public static ToolUse None { get; } = new();

    public IReadOnlyList<QwenEmulatorTool> Tools { get; init; } = [];

    /// <summary><c>auto</c>, <c>none</c>, <c>required</c>, or the name of the function that must be called.</summary>
    public string Choice { get; init; } = Auto;

    /// <summary>The function that a forced call calls; null when the model decides.</summary>
    public QwenEmulatorTool? Forced { get; init; }

    /// <summary>True: of several calls that the model wants only the first comes.</summary>
    public bool OnlyFirstCall { get; init; }

    /// <summary>True: no calls come, because the model streams them only when that is asked for.</summary>
    public bool HidesCalls { get; init; }

    /// <summary>What the tools add to the prompt: they are billed as input (wire-tools §1.1).</summary>
    public string PromptText => string.Concat(Tools.Select(tool => $"{tool.Name} {tool.Description} {tool.Parameters}\n"));

    /// <summary>The calls that reach the caller, of those that the model wants.</summary>
    public IEnumerable<QwenToolCall> Pass(IReadOnlyList<QwenToolCall> wanted) =>
        HidesCalls || (Choice == Never && Forced is null) ? [] : OnlyFirstCall ? wanted.Take(1) : wanted;
}
