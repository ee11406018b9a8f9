using System.Management.Automation;

namespace QwenChat.Commands.Tools;

/// <summary>Asks the user whether tools may run, in one turn: an answer for all is one for all runs of that tool.</summary>
/// <param name="command">The command that runs the tools.</param>
/// <param name="warn">Writes a warning.</param>
internal sealed class ToolPermission(PSCmdlet command, Action<string> warn)
{
    private readonly Dictionary<QwenTool, (bool Yes, bool No)> _answers = [];
    private bool _hasWarned;

    /// <summary>Asks.</summary>
    /// <param name="tool">The tool.</param>
    /// <param name="text">The call as the user would type it.</param>
    /// <returns>The answer; null when nobody can give one.</returns>
    /// <exception cref="PipelineStoppedException">The question was answered by a stop.</exception>
    public bool? Ask(QwenTool tool, string text)
    {
        if (!CanAsk())
            return NobodyAnswers(tool);
        var (yes, no) = _answers.GetValueOrDefault(tool);
        try
        {
            bool answer = command.ShouldContinue($"The model wants to run this:\n{text}", $"Run the tool {SafeText.ShowLine(tool.Name)}?",
                hasSecurityImpact: true, ref yes, ref no);
            _answers[tool] = (yes, no);
            return answer;
        }
        catch (Exception e) when (e is not PipelineStoppedException)
        {
            // Each host that cannot ask says so by an exception of its own.
            return NobodyAnswers(tool);
        }
    }

    // A question reads what is piped into the process, and `printf 'y\n' | pwsh …` would answer it; a job would wait for ever.
    private bool CanAsk() => command.Host.Name is not ("ConsoleHost" or "ServerRemoteHost") || !Console.IsInputRedirected;

    private bool? NobodyAnswers(QwenTool tool)
    {
        if (!_hasWarned)
        {
            _hasWarned = true;
            warn($"The model wanted to run {SafeText.ShowLine(tool.Name)}, and there is nobody to be asked here, so it was refused. "
                + "Allow tools beforehand: -ToolApproval Never for all, or New-QwenTool -Approval Never for one.");
        }
        return null;
    }
}
