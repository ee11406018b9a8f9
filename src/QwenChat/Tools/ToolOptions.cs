using QwenChat.Model;

namespace QwenChat.Tools;

/// <summary>
/// The tools of a conversation or of a turn, how they are called, and the schema of answers. They refer to commands and types of the session, and go into
/// no file and no store.
/// </summary>
internal sealed record ToolOptions
{
    /// <summary>The most rounds of tools when nothing else is said.</summary>
    public const int UsualRounds = 10;

    /// <summary>No tools.</summary>
    public static ToolOptions None { get; } = new();

    /// <summary>The tools; null leaves the choice to the conversation.</summary>
    public IReadOnlyList<QwenTool>? Tools { get; init; }

    /// <summary>Whether the model may, must or must not call: <c>Auto</c>, <c>Required</c>, <c>None</c>, or the name of a tool.</summary>
    public string? Choice { get; init; }

    /// <summary>When the user is asked before a tool runs.</summary>
    public QwenToolApproval? Approval { get; init; }

    /// <summary>The most rounds of a turn.</summary>
    public int? MaximumRounds { get; init; }

    /// <summary>The schema of answers; null for answers in text.</summary>
    public AnswerSchema? Answer { get; init; }

    /// <summary>These, and where they leave a choice, those of a conversation.</summary>
    public ToolOptions Over(ToolOptions fallback) => OptionField.Fill(this with { }, fallback);
}
