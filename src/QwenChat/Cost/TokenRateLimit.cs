namespace QwenChat.Cost;

/// <summary>
/// Limits the requests of one connection to a number of tokens per minute. Used tokens become available again at that rate. A request waits until the
/// tokens of earlier requests are available again. A single request that exceeds the limit is still sent, and later requests wait longer.
/// </summary>
internal sealed class TokenRateLimit(double tokensPerMinute, TimeProvider time)
{
    private readonly object _gate = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private double _free = double.MinValue;

    /// <summary>Waits until a request may be sent, and charges its expected usage. Requests are sent in the order of the calls.</summary>
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

    /// <summary>Charges additional usage, or refunds an earlier charge.</summary>
    /// <param name="tokens">The number of tokens; negative for a refund.</param>
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
