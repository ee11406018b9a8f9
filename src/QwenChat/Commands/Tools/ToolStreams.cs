using System.Management.Automation;

namespace QwenChat.Commands.Tools;

/// <summary>
/// Receives all output of a tool, in order, and adds objects, errors, warnings and information records to the text for the model. Writes warnings,
/// information, verbose and debug records to the streams of the command that runs the tool.
/// </summary>
/// <param name="command">The command that runs the tool.</param>
/// <param name="output">The text for the model.</param>
/// <param name="warn">Writes a warning, or holds it if it would end the command before the turn is saved.</param>
internal sealed class ToolStreams(Cmdlet command, ToolOutput output, Action<string> warn)
{
    /// <summary>The first error of the tool; null if there is none.</summary>
    public string? FirstError { get; private set; }

    public void Take(PSObject? record)
    {
        switch (record?.BaseObject)
        {
            case ErrorRecord error:
                TakeError(error);
                break;
            case WarningRecord warning:
                output.AddLine("Warning: " + warning.Message);
                warn(warning.Message);
                break;
            case VerboseRecord verbose:
                command.WriteVerbose(SafeText.Show(verbose.Message));
                break;
            case DebugRecord debug:
                command.WriteDebug(SafeText.Show(debug.Message));
                break;
            case InformationRecord information:
                // The output of Write-Host is often the only output of a function.
                output.AddLine(information.MessageData?.ToString() ?? "");
                command.WriteInformation(information);
                break;
            default:
                output.Add(record);
                break;
        }
    }

    /// <summary>Receives an error. Standard error output does not count as an error, because many programs write ordinary messages to it.</summary>
    public void TakeError(ErrorRecord error)
    {
        if (error.FullyQualifiedErrorId is "NativeCommandError" or "NativeCommandErrorMessage")
        {
            output.Add(error.ToString());
            return;
        }
        FirstError ??= error.ToString();
        output.AddLine("Error: " + error);
    }
}
