using System.Diagnostics;

namespace QwenChat.Benchmarks.Stores;

/// <summary>The times of many runs of the same code.</summary>
internal sealed class Timings(int count)
{
    private readonly List<double> _milliseconds = new(count);

    public async Task<T> TimeAsync<T>(Func<Task<T>> work)
    {
        long started = Stopwatch.GetTimestamp();
        var result = await work();
        _milliseconds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        return result;
    }

    /// <summary>Returns a percentile of the times, in milliseconds.</summary>
    public double Percentile(double share)
    {
        _milliseconds.Sort();
        return _milliseconds[Math.Min(_milliseconds.Count - 1, (int)(_milliseconds.Count * share / 100))];
    }
}
