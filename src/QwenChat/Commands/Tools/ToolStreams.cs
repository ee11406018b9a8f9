using System.Management.Automation;

namespace QwenChat.Commands.Tools;

/// <summary>
/// Takes everything that a tool writes, in its order: output and errors for the model, warnings and other records for the user as well, through the streams
/// of the command that runs the tool, so that its -WarningAction and redirections hold.
/// </summary>
/// <param name="command">The command that runs the tool.</param>
/// <param name="output">The text for the model.</param>
/// <param name="warn">Writes a warning, or keeps it where it would end the command before the turn is saved.</param>
internal sealed class ToolStreams(Cmdlet command, ToolOutput output, Action<string> warn)
{
    /// <summary>The first error that the tool wrote; null when it wrote none.</summary>
    public string? FirstError { get; private set; }

    /// <summary>Takes one record.</summary>
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
                // What a function says by Write-Host is often all that it says.
                output.AddLine(information.MessageData?.ToString() ?? "");
                command.WriteInformation(information);
                break;
            default:
                output.Add(record);
                break;
        }
    }

    /// <summary>Takes an error. What a program writes to its error output is no failure.</summary>
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
