namespace QwenChat.Cost;

/// <summary>
/// Holds the requests of one connection to its tokens per minute. What is used is worked off at that rate, and a request goes out when nothing is left of
/// those before it; one that is larger than a minute's tokens therefore still goes out, and those behind it wait.
/// </summary>
/// <param name="tokensPerMinute">The tokens of a minute.</param>
/// <param name="time">The clock.</param>
internal sealed class TokenPace(double tokensPerMinute, TimeProvider time)
{
    private readonly object _gate = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private double _free = double.MinValue;

    /// <summary>Waits, in the order of the callers, until a request may go out, and charges what it is expected to use.</summary>
    public async Task EnterAsync(long tokens, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            while (Enter(tokens) is { } wait)
                await Task.Delay(wait, time, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Charges what was used, or gives back what was charged before it was known.</summary>
    /// <param name="tokens">The tokens; less than 0 to give them back.</param>
    public void Charge(long tokens)
    {
        lock (_gate)
            Charge(tokens, time.GetTimestamp());
    }

    private TimeSpan? Enter(long tokens)
    {
        lock (_gate)
        {
            long now = time.GetTimestamp();
            double left = (_free - now) / time.TimestampFrequency;
            if (left > 0)
                return TimeSpan.FromSeconds(Math.Min(left, TimeSpan.FromDays(1).TotalSeconds)) + TimeSpan.FromMilliseconds(1);
            Charge(tokens, now);
            return null;
        }
    }

    private void Charge(long tokens, long now) =>
        _free = (tokens > 0 ? Math.Max(_free, now) : _free) + tokens / tokensPerMinute * 60 * time.TimestampFrequency;
}
