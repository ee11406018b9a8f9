using System.Management.Automation;
using QwenChat.Commands.SessionState;

namespace QwenChat.Commands;

/// <summary>Sets the connection that this runspace's commands use.</summary>
[Cmdlet(VerbsCommon.Set, "QwenConnection", DefaultParameterSetName = "Region")]
[OutputType(typeof(QwenConnection))]
public sealed class SetQwenConnectionCommand : ConnectionSettingsCommand
{
    /// <summary>Writes the connection.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Describe() is not { } connection)
            return;
        Session.Current.Default = connection;
        if (PassThru)
            WriteObject(connection);
        WriteNotices();
    }
}
