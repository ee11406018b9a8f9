using System.Diagnostics;

namespace QwenChat.Tests.Reliability.Fuzz;

/// <summary>A reader of external input, and the rules for its results.</summary>
/// <param name="name">The name shown in results.</param>
/// <param name="seeds">The initial inputs.</param>
public abstract class FuzzTarget(string name, IReadOnlyList<byte[]> seeds)
{
    // The constant part of the maximum allocation. It covers the model catalog, which the first read loads.
    private const long MostBytes = 4 << 20;
    // The maximum allocation per byte of input. The value is generous: only memory that grows faster than the input is a finding.
    private const long MostBytesOfEach = 2048;

    private Action? _look;

    public string Name => name;

    public IReadOnlyList<byte[]> Seeds => seeds;

    /// <summary>
    /// Reads an input and checks all rules. The module's own exception is a valid rejection. Any other
    /// exception is a finding, and so is disproportionate memory use.
    /// </summary>
    /// <param name="input">The input.</param>
    /// <param name="clock">The clock; null for the system clock.</param>
    /// <returns>The time taken to read the input, without checking the result.</returns>
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
            Demand(refused.Message.Length > 0, "The input was rejected without a message.");
        }
        var took = clock() - began;
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        _look?.Invoke();
        if (bytes > MostBytes + MostBytesOfEach * input.Length)
            throw new FuzzFindingException($"{bytes >> 10} KB were allocated for an input of {input.Length} bytes.");
        return took;
    }

    protected abstract void Read(byte[] input);

    /// <summary>Sets the check of the result, which runs after the measurement.</summary>
    protected void Later(Action look) => _look = look;

    protected static void Demand(bool holds, string otherwise)
    {
        if (!holds)
            throw new FuzzFindingException(otherwise);
    }
}
