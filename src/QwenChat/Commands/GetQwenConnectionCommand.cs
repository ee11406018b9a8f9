using System.Management.Automation;
using QwenChat.Commands.Errors;
using QwenChat.Commands.SessionState;

namespace QwenChat.Commands;

/// <summary>Returns the connection that this runspace's commands use.</summary>
[Cmdlet(VerbsCommon.Get, "QwenConnection")]
[OutputType(typeof(QwenConnection))]
public sealed class GetQwenConnectionCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            WriteObject(Session.Current.Connection);
        }
        catch (QwenException e)
        {
            TerminatingError.With(this, ErrorRecords.RecordOf(e, null));
        }
    }
}
