using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace QwenChat.Commands.Terminal;

/// <summary>
/// The host of a cmdlet as a place to display an answer on while it comes. It goes by the information stream, as Write-Host does, and
/// so into transcripts and jobs, and where <c>6&gt;</c> sends it.
/// </summary>
/// <param name="cmdlet">The cmdlet that displays.</param>
internal sealed class HostText(PSCmdlet cmdlet)
{
    private static readonly string[] s_tags = ["PSHOST"];

    private readonly TerminalStyle _style = HostStyle.Of(cmdlet);

    /// <summary>Begins to display an answer; null where nobody watches.</summary>
    /// <param name="wake">Asks for a tick.</param>
    public LiveText? Begin(Action wake) =>
        IsWatched ? new LiveText(Write, TimeProvider.System, wake, _style.IsPlain ? "Thinking:" : "") : null;

    /// <summary>
    /// False where standard output goes into a file or to another program, in ForEach-Object -Parallel, where several answers would be
    /// mixed, and where the information stream is ignored or sent elsewhere: then the reply is to show its text.
    /// </summary>
    private bool IsWatched => !Console.IsOutputRedirected && !InformationGoesElsewhere && !InformationIsIgnored
        && !Runspace.DefaultRunspace.Name.StartsWith("PSTask:", StringComparison.Ordinal);

    // PowerShell tells a cmdlet in no public way that 6> is there. A version that has no such property displays, and that is all.
    private bool InformationGoesElsewhere => cmdlet.CommandRuntime.GetType()
        .GetProperty("InformationOutputPipe", BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(cmdlet.CommandRuntime) is not null;

    private bool InformationIsIgnored =>
        (cmdlet.MyInvocation.BoundParameters.TryGetValue("InformationAction", out object? asked) ? asked : cmdlet.GetVariableValue("InformationPreference"))
            is { } preference && string.Equals(preference.ToString(), nameof(ActionPreference.Ignore), StringComparison.OrdinalIgnoreCase);

    /// <summary>Displays text as it is.</summary>
    public void Write(string text) => cmdlet.WriteInformation(new HostInformationMessage { Message = text, NoNewLine = true }, s_tags);

    private void Write(string text, bool isThinking) => Write(isThinking && !string.IsNullOrWhiteSpace(text) ? _style.Paint(_style.Faint, text) : text);
}
