using System.Management.Automation;
using QwenChat.Commands.SessionState;

namespace QwenChat.Commands;

/// <summary>Stops emulators: the specified emulators, or all emulators in this process.</summary>
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
        // Emulator is also null for an empty pipeline, which must not stop all emulators.
        if (Emulator is null && !MyInvocation.ExpectingInput)
        {
            foreach (var emulator in QwenEmulator.Running)
                emulator.Dispose();
        }
        EmulatorList.Sweep();
    }
}
