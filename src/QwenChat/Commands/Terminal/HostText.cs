using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace QwenChat.Commands.Terminal;

/// <summary>
/// Displays an answer on the host of a cmdlet as the answer arrives. Like Write-Host, writes to the information stream, so the text also reaches
/// transcripts, jobs and <c>6&gt;</c>.
/// </summary>
internal sealed class HostText(PSCmdlet cmdlet)
{
    private static readonly string[] s_tags = ["PSHOST"];

    private readonly TerminalStyle _style = HostStyle.Of(cmdlet);

    /// <summary>Starts displaying an answer; returns null if no user can see it.</summary>
    /// <param name="wake">Requests a call of <see cref="LiveText.Tick"/>.</param>
    public LiveText? Begin(Action wake) =>
        IsWatched ? new LiveText(Write, TimeProvider.System, wake, _style.IsPlain ? "Thinking:" : "") : null;

    /// <summary>
    /// Whether a user sees the answer as it arrives; otherwise, the view of the reply includes the text. False in ForEach-Object -Parallel, because several
    /// answers would be mixed.
    /// </summary>
    private bool IsWatched => !Console.IsOutputRedirected && !InformationGoesElsewhere && !InformationIsIgnored
        && !Runspace.DefaultRunspace.Name.StartsWith("PSTask:", StringComparison.Ordinal);

    // No public API reports redirection with 6>. If a PowerShell version does not have this internal property, the answer is displayed as usual.
    private bool InformationGoesElsewhere => cmdlet.CommandRuntime.GetType()
        .GetProperty("InformationOutputPipe", BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(cmdlet.CommandRuntime) is not null;

    private bool InformationIsIgnored =>
        (cmdlet.MyInvocation.BoundParameters.TryGetValue("InformationAction", out object? asked) ? asked : cmdlet.GetVariableValue("InformationPreference"))
            is { } preference && string.Equals(preference.ToString(), nameof(ActionPreference.Ignore), StringComparison.OrdinalIgnoreCase);

    /// <summary>Displays text unchanged.</summary>
    public void Write(string text) => cmdlet.WriteInformation(new HostInformationMessage { Message = text, NoNewLine = true }, s_tags);

    private void Write(string text, bool isThinking) => Write(isThinking && !string.IsNullOrWhiteSpace(text) ? _style.Paint(_style.Faint, text) : text);
}
