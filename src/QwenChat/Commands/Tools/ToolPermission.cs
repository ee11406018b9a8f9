using System.Management.Automation;

namespace QwenChat.Commands.Tools;

/// <summary>Asks the user whether tools may run. Within one turn, "Yes to All" applies to all further calls of the same tool.</summary>
internal sealed class ToolPermission(PSCmdlet command, Action<string> warn)
{
    private readonly Dictionary<QwenTool, (bool Yes, bool No)> _answers = [];
    private bool _hasWarned;

    /// <returns>The answer; null if there is no user to ask.</returns>
    /// <exception cref="PipelineStoppedException">The user stopped the pipeline.</exception>
    public bool? Ask(QwenTool tool, string text)
    {
        if (!CanAsk())
            return WarnOfNoUser(tool);
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
            // Hosts that cannot prompt throw different types of exceptions.
            return WarnOfNoUser(tool);
        }
    }

    // A prompt reads the process's standard input, so `printf 'y\n' | pwsh …` would answer it, and a job would wait indefinitely.
    private bool CanAsk() => command.Host.Name is not ("ConsoleHost" or "ServerRemoteHost") || !Console.IsInputRedirected;

    private bool? WarnOfNoUser(QwenTool tool)
    {
        if (!_hasWarned)
        {
            _hasWarned = true;
            warn($"The model called the tool {SafeText.ShowLine(tool.Name)}. The tool needs approval, and there is no user to ask, so the call was rejected. "
                + "To allow tools in advance, use -ToolApproval Never for all tools, or New-QwenTool -Approval Never for one tool.");
        }
        return null;
    }
}
