using System.Collections;
using System.Management.Automation;

namespace QwenChat.Commands.Tools;

/// <summary>Runs a command as a tool in the user's runspace, nested in the pipeline that waits for the result.</summary>
internal sealed class CommandRun(PSCmdlet command, Action<string> warn)
{
    // The settings override the caller's preferences, which could end the tool and lose its output. The redirection also captures errors and other
    // streams. The parameter names are unusual because a tool can see the caller's variables, which these parameters must not hide.
    private const string Wrapper = "param($__qwenTool,$__qwenArguments) $ErrorActionPreference='Continue'; $PSNativeCommandUseErrorActionPreference=$false; "
        + "Set-StrictMode -Off; & $__qwenTool @__qwenArguments *>&1";

    private const string ExitCode = "global:LASTEXITCODE";

    /// <summary>Runs the command until it ends, times out or is canceled.</summary>
    /// <exception cref="OperationCanceledException">The run was canceled.</exception>
    /// <exception cref="PipelineStoppedException">The pipeline was stopped.</exception>
    public ToolResult Invoke(object target, Hashtable arguments, TimeSpan limit, CancellationToken cancellation)
    {
        var output = new ToolOutput();
        var streams = new ToolStreams(command, output, warn);
        var variables = command.SessionState.PSVariable;
        object? exitCode = variables.GetValue(ExitCode);
        variables.Set(ExitCode, null);
        try
        {
            string? failure = Run(target, arguments, limit, streams, cancellation);
            if (variables.GetValue(ExitCode) is int and not 0 and var code)
                output.AddLine($"(exit code {code})");
            if (failure is not null)
                output.AddLine("Error: " + failure);
            else if (output.IsEmpty)
                failure = streams.FirstError;
            return new ToolResult(output.ToText(), failure);
        }
        finally
        {
            variables.Set(ExitCode, exitCode);
        }
    }

    private static string? Run(object target, Hashtable arguments, TimeSpan limit, ToolStreams streams, CancellationToken cancellation)
    {
        string? failure = null;
        int timedOut = 0;
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddScript(Wrapper, useLocalScope: true).AddArgument(target).AddArgument(arguments);
        var written = new PSDataCollection<PSObject>();
        written.DataAdded += (_, _) =>
        {
            foreach (var record in written.ReadAll())
                streams.Take(record);
        };
        using (var timer = new Timer(_ => Stop(shell, ref timedOut), null, limit, Timeout.InfiniteTimeSpan))
        using (cancellation.Register(() => shell.BeginStop(null, null)))
        {
            try
            {
                shell.Invoke(null, written, null);
            }
            catch (PipelineStoppedException) when (timedOut != 0 || cancellation.IsCancellationRequested)
            {
            }
            catch (RuntimeException broken)
            {
                failure = broken.ErrorRecord?.ToString() ?? broken.Message;
            }
        }
        cancellation.ThrowIfCancellationRequested();
        // An external stop reaches this nested pipeline first. Without this check, the script would continue.
        if (shell.InvocationStateInfo.State == PSInvocationState.Stopped && timedOut == 0)
            throw new PipelineStoppedException();
        foreach (var error in shell.Streams.Error.ReadAll())
        {
            streams.TakeError(error);
            failure ??= error.ToString();
        }
        return timedOut == 0 ? failure
            : FormattableString.Invariant($"The tool timed out after {limit.TotalSeconds:0.###} s and was stopped. Changes that it had already made remain.");
    }

    private static void Stop(PowerShell shell, ref int timedOut)
    {
        timedOut = 1;
        shell.BeginStop(null, null);
    }
}
