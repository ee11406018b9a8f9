using System.Collections.Immutable;
using System.Management.Automation.Runspaces;
using QwenChat.Commands.Input;

namespace QwenChat.Commands.SessionState;

/// <summary>The emulators started by one runspace. They are stopped when the runspace closes.</summary>
internal sealed class EmulatorList
{
    private static ImmutableList<(EmulatorList Owner, QwenEmulator Emulator, ReplyScript? Reply)> s_all = [];

    public EmulatorList(Runspace runspace) => runspace.StateChanged += (_, change) =>
    {
        if (change.RunspaceStateInfo.State is RunspaceState.Closing or RunspaceState.Closed or RunspaceState.Broken)
            Stop();
    };

    public void Add(QwenEmulator emulator, ReplyScript? reply)
    {
        ImmutableInterlocked.Update(ref s_all, all => all.Add((this, emulator, reply)));
        Sweep();
    }

    public void Stop() => Stop(one => one == this);

    public static void StopAll() => Stop(_ => true);

    /// <summary>Removes stopped emulators from the list, and closes the runspaces of their reply scripts.</summary>
    public static void Sweep()
    {
        foreach (var one in s_all.Where(one => one.Emulator.HasStopped))
        {
            one.Reply?.Dispose();
            ImmutableInterlocked.Update(ref s_all, all => all.Remove(one));
        }
    }

    private static void Stop(Func<EmulatorList, bool> which)
    {
        foreach (var (_, emulator, _) in s_all.Where(one => which(one.Owner)))
            emulator.Dispose();
        Sweep();
    }
}
