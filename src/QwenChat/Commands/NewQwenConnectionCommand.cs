using System.Management.Automation;

namespace QwenChat.Commands;

/// <summary>Creates a connection, for use with the -Connection parameter of other commands.</summary>
[Cmdlet(VerbsCommon.New, "QwenConnection", DefaultParameterSetName = "Region")]
[OutputType(typeof(QwenConnection))]
public sealed class NewQwenConnectionCommand : ConnectionSettingsCommand
{
    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Describe() is not { } connection)
            return;
        WriteObject(connection);
        WriteNotices();
    }
}
