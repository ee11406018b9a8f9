using System.Management.Automation;

namespace QwenChat.Commands;

/// <summary>Closes stores and releases their connections. The files then contain all turns, and can be copied or moved.</summary>
[Cmdlet(VerbsCommon.Close, "QwenStore")]
[OutputType(typeof(void))]
public sealed class CloseQwenStoreCommand : StoppableCommand
{
    /// <summary>The stores. Closing a closed store has no effect.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public QwenStore[] Store { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var store in Store)
            AttemptOne(() => Wait(store.CloseAsync()), store);
    }
}
