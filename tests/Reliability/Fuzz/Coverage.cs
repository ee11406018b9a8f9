using SharpFuzz.Common;

namespace QwenChat.Tests.Reliability.Fuzz;

/// <summary>The branches that one run has taken, with their counts, and the branches that all runs have taken.</summary>
internal sealed unsafe class Coverage
{
    private const int Size = 1 << 16;
    private static readonly byte[] s_map = GC.AllocateArray<byte>(Size, pinned: true);
    private readonly byte[] _seen = new byte[Size];

    /// <summary>The number of branches taken so far; 0 if the module was not instrumented.</summary>
    public int Branches { get; private set; }

    /// <summary>Sets the memory in which the instrumented code records its branches. Call this method before running that code.</summary>
    public static void Attach()
    {
        fixed (byte* map = s_map)
            Trace.SharedMem = map;
    }

    public static void Begin()
    {
        Array.Clear(s_map);
        Trace.PrevLocation = 0;
    }

    /// <summary>Ends a run. Returns whether the run took a new branch, or a branch whose count is in a new range.</summary>
    public bool End()
    {
        bool isNew = false;
        for (int at = 0; s_map.AsSpan(at).IndexOfAnyExcept((byte)0) is >= 0 and int next; at++)
        {
            at += next;
            byte often = Often(s_map[at]);
            if ((_seen[at] & often) != 0)
                continue;
            isNew = true;
            Branches += _seen[at] == 0 ? 1 : 0;
            _seen[at] |= often;
        }
        return isNew;
    }

    /// <summary>Returns a bit that represents a count: 1, 2, 3, and then ranges of increasing size.</summary>
    private static byte Often(byte count) => count switch
    {
        1 => 1,
        2 => 2,
        3 => 4,
        < 8 => 8,
        < 16 => 16,
        < 32 => 32,
        < 128 => 64,
        _ => 128,
    };
}
