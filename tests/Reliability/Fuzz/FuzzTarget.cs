using System.Diagnostics;

namespace QwenChat.Tests.Reliability.Fuzz;

/// <summary>Something that reads what others wrote.</summary>
/// <param name="name">Its name, for people.</param>
/// <param name="seeds">What it is to read at first.</param>
public abstract class FuzzTarget(string name, IReadOnlyList<byte[]> seeds)
{
    // What is first read brings the catalogue of models with it.
    private const long MostBytes = 4 << 20;
    // Generous, and the same for all: what is looked for grows faster than the input.
    private const long MostBytesOfEach = 2048;

    private Action? _look;

    public string Name => name;

    public IReadOnlyList<byte[]> Seeds => seeds;

    /// <summary>
    /// Reads an input and looks whether all that has to hold does. The module's own exception says that it was refused, which is right; any
    /// other is a finding, and so is memory out of proportion.
    /// </summary>
    /// <param name="input">The input.</param>
    /// <param name="clock">What the time is read from; null for the wall's.</param>
    /// <returns>How long the reading took, without the look at its result.</returns>
    public TimeSpan Run(byte[] input, Func<TimeSpan>? clock = null)
    {
        clock ??= () => Stopwatch.GetElapsedTime(0);
        _look = null;
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        var began = clock();
        try
        {
            Read(input);
        }
        catch (QwenException refused)
        {
            Demand(refused.Message.Length > 0, "It was refused without a word.");
        }
        var took = clock() - began;
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        _look?.Invoke();
        if (bytes > MostBytes + MostBytesOfEach * input.Length)
            throw new FuzzFindingException($"{bytes >> 10} KB were allocated for an input of {input.Length} bytes.");
        return took;
    }

    protected abstract void Read(byte[] input);

    /// <summary>Leaves a look at the result for later: what it takes is not the module's doing, and is not measured.</summary>
    protected void Later(Action look) => _look = look;

    protected static void Demand(bool holds, string otherwise)
    {
        if (!holds)
            throw new FuzzFindingException(otherwise);
    }
}
