namespace QwenChat.Http;

/// <summary>Whether a failed request is sent again, and after how long (qwen-api §12.4): from 2 s, or 15 s for a quota per minute, doubled each time, to at most a minute.</summary>
internal static class RetryPolicy
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(60);

    /// <summary>How long to wait before the next attempt; null when there is to be none.</summary>
    /// <param name="failure">Why the last attempt failed.</param>
    /// <param name="retriesDone">How many retries there were.</param>
    /// <param name="maximumRetries">How many there may be.</param>
    /// <param name="random">Spreads the waits of clients that failed together.</param>
    public static TimeSpan? NextDelay(QwenException failure, int retriesDone, int maximumRetries, Random random)
    {
        int allowed = failure.Retry == RetryAdvice.Once ? Math.Min(1, maximumRetries) : maximumRetries;
        if (failure.Retry == RetryAdvice.Never || retriesDone >= allowed)
            return null;
        if (failure.RetryAfter is { } asked)
            return asked <= s_longest ? asked : null;
        double first = failure.Retry == RetryAdvice.Patiently ? 15 : 2;
        double full = Math.Min(first * Math.Pow(2, retriesDone), s_longest.TotalSeconds);
        return TimeSpan.FromSeconds(full * (0.75 + 0.25 * random.NextDouble()));
    }
}
