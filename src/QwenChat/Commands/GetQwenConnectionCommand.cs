using System.Management.Automation;

namespace QwenChat.Commands;

/// <summary>Writes the connection that this runspace's commands use.</summary>
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
            CommandEnd.With(this, ErrorTable.RecordOf(e, null));
        }
    }
}
