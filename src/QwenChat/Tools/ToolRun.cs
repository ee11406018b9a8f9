namespace QwenChat.Tools;

/// <summary>
/// The tool calls of one reply. The caller runs the tools on the pipeline thread, and then resumes the turn. No lock is held while the tools run.
/// </summary>
/// <param name="Calls">The calls, in the order of the reply.</param>
internal sealed record ToolRun(IReadOnlyList<QwenToolCall> Calls)
{
    /// <summary>The calls with their results; null until the calls have been answered.</summary>
    public IReadOnlyList<QwenToolCall>? Answered { get; private set; }

    /// <param name="answered">The <see cref="Calls"/> in the same order, each with a result or an error.</param>
    public void Answer(IReadOnlyList<QwenToolCall> answered) => Answered = answered;
}
