using QwenChat.Model;

namespace QwenChat.Tools;

/// <summary>
/// The tools of a conversation or turn, the tool choice, and the schema of answers. These options refer to commands and types in the session, so they are
/// not saved to files or stores.
/// </summary>
internal sealed record ToolOptions
{
    /// <summary>The default maximum number of tool rounds.</summary>
    public const int UsualRounds = 10;

    public static ToolOptions None { get; } = new();

    /// <summary>The tools; null to use the tools of the conversation.</summary>
    public IReadOnlyList<QwenTool>? Tools { get; init; }

    /// <summary>Whether the model may, must or must not call tools: <c>Auto</c>, <c>Required</c>, <c>None</c>, or the name of a tool.</summary>
    public string? Choice { get; init; }

    public QwenToolApproval? Approval { get; init; }

    public int? MaximumRounds { get; init; }

    /// <summary>The schema of answers; null for text answers.</summary>
    public AnswerSchema? Answer { get; init; }

    /// <summary>Returns these options, with unset options taken from the conversation.</summary>
    public ToolOptions Over(ToolOptions fallback) => OptionField.Fill(this with { }, fallback);
}
