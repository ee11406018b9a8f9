namespace QwenChat.Model;

/// <summary>
/// Calls of one answer that are to be carried out before the turn goes on. The turn hands them to whoever reads it, who runs the tools on a thread where
/// they may run, and reads on: nothing is locked meanwhile.
/// </summary>
/// <param name="Calls">The calls, in the order of the answer.</param>
internal sealed record ToolRun(IReadOnlyList<QwenToolCall> Calls)
{
    /// <summary>The calls with what became of them; null as long as nobody has answered.</summary>
    public IReadOnlyList<QwenToolCall>? Answered { get; private set; }

    /// <summary>Answers the calls.</summary>
    /// <param name="answered">A call for each of <see cref="Calls"/>, in their order, with its result or an error.</param>
    public void Answer(IReadOnlyList<QwenToolCall> answered) => Answered = answered;
}
