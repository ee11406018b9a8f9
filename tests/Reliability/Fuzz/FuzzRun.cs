using System.Diagnostics;

namespace QwenChat.Tests.Reliability.Fuzz;

/// <summary>
/// Fuzzes one target: mutates its corpus, keeps inputs that take a new branch, and records findings. Without
/// instrumentation, only the seeds are mutated.
/// </summary>
internal sealed class FuzzRun
{
    // The maximum processing time of an input: a constant plus a time per byte. Only a time that grows faster than the input exceeds this maximum.
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_longestOfEach = TimeSpan.FromMicroseconds(10);

    private readonly FuzzTarget _target;
    private readonly LastInput _last;
    private readonly List<byte[]> _corpus;
    private readonly Mutator _mutator;
    private readonly Coverage _coverage = new();
    private readonly Dictionary<string, byte[]> _findings = [];

    public FuzzRun(FuzzTarget target, Random random, LastInput last)
    {
        _target = target;
        _last = last;
        _corpus = [.. target.Seeds];
        _mutator = new Mutator(random, target.Seeds);
        foreach (byte[] seed in target.Seeds)
            Try(seed);
    }

    public FuzzTarget Target => _target;

    public long Runs { get; private set; }

    public int Branches => _coverage.Branches;

    public int Corpus => _corpus.Count;

    /// <summary>The findings, each with the first input that caused it.</summary>
    public IReadOnlyDictionary<string, byte[]> Findings => _findings;

    public void Continue(TimeSpan time)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < time;)
        {
            byte[] input = _mutator.Next(_corpus);
            if (Try(input))
                _corpus.Add(input);
        }
    }

    private bool Try(byte[] input)
    {
        Runs++;
        _last.Set(input);
        Coverage.Begin();
        var took = Run(input);
        bool isNew = _coverage.End();
        var longest = s_longest + s_longestOfEach * input.Length;
        if (took > longest && Quickest(input) is var again && again > longest)
            Note($"An input of {input.Length} bytes took {again.TotalSeconds:0.0} s of processor time.", input);
        return isNew;
    }

    // Load on the machine can increase a measured time, so the minimum of three processor times is used.
    private TimeSpan Quickest(byte[] input) => Enumerable.Range(0, 3).Min(_ => Run(input, ProcessorTime));

    private static TimeSpan ProcessorTime()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }

    private TimeSpan Run(byte[] input, Func<TimeSpan>? clock = null)
    {
        try
        {
            return _target.Run(input, clock);
        }
        catch (Exception failure)
        {
            Note(failure.ToString(), input);
            return default;
        }
    }

    private void Note(string what, byte[] input)
    {
        // Exceptions from the same position in the code are the same finding, even if their messages differ.
        string kind = string.Concat(what.Split('\n').Where(line => line.StartsWith("   at ", StringComparison.Ordinal)).Take(3));
        kind = kind.Length > 0 && !what.Contains(nameof(FuzzFindingException), StringComparison.Ordinal)
            ? kind : new string(what.Split('\n')[0].Where(c => !char.IsDigit(c)).Take(60).ToArray());
        if (_findings.TryAdd(kind, input))
            Console.Error.WriteLine($"{_target.Name}: {what}");
    }
}
