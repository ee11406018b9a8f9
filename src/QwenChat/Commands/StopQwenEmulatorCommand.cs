using System.Management.Automation;
using QwenChat.Commands.SessionState;

namespace QwenChat.Commands;

/// <summary>Stops emulators: the given ones, or all in this process.</summary>
[Cmdlet(VerbsLifecycle.Stop, "QwenEmulator")]
[OutputType(typeof(void))]
public sealed class StopQwenEmulatorCommand : PSCmdlet
{
    /// <summary>The emulators to stop.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public QwenEmulator[]? Emulator { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var emulator in Emulator ?? [])
            emulator.Dispose();
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        // An empty pipeline gives none; only a command without any input stops all.
        if (Emulator is null && !MyInvocation.ExpectingInput)
        {
            foreach (var emulator in QwenEmulator.Running)
                emulator.Dispose();
        }
        EmulatorList.Sweep();
    }
}
