using System.Globalization;

namespace QwenChat.Http;

/// <summary>
/// Whether a failed request is sent again, and after how long (qwen-api §12.4): from 2 s, or 15 s for a quota per minute, doubled each time, to at
/// most a minute.
/// </summary>
internal static class RetryPolicy
{
    /// <summary>The longest wait before a retry. A service that asks for more gets none: the caller decides.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

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
            return asked <= Longest ? asked : null;
        double first = failure.Retry == RetryAdvice.Patiently ? 15 : 2;
        double full = Math.Min(first * Math.Pow(2, retriesDone), Longest.TotalSeconds);
        return TimeSpan.FromSeconds(full * (0.75 + 0.25 * random.NextDouble()));
    }

    /// <summary>The wait that an answer asks for; null when it asks for none.</summary>
    /// <param name="response">The answer: <c>Retry-After</c> in seconds or as a date; some servers have milliseconds in <c>retry-after-ms</c>.</param>
    /// <param name="now">Now, for a date.</param>
    public static TimeSpan? AskedWait(HttpResponseMessage response, DateTimeOffset now)
    {
        var asked = response.Headers.RetryAfter?.Delta ?? response.Headers.RetryAfter?.Date - now
            ?? Number(response, "retry-after-ms", TimeSpan.FromMilliseconds(1)) ?? Number(response, "Retry-After", TimeSpan.FromSeconds(1));
        return asked is { } wait && wait < TimeSpan.Zero ? TimeSpan.Zero : asked;
    }

    /// <summary>The failure with the wait that the service asks for in its message, when no retry makes that wait.</summary>
    public static QwenException WithAskedWait(QwenException failure)
    {
        if (failure.RetryAfter is not { } asked || asked <= Longest)
            return failure;
        return failure.WithMore(string.Create(CultureInfo.InvariantCulture,
            $"The service asks for a wait of {asked.TotalSeconds:0} s before the next request (Retry-After), "
                + $"which is longer than the {Longest.TotalSeconds:0} s that a retry waits."));
    }

    private static TimeSpan? Number(HttpResponseMessage response, string header, TimeSpan unit)
    {
        const double longest = 1e9; // more is no wait that anybody means
        return response.Headers.TryGetValues(header, out var values)
            && double.TryParse(values.FirstOrDefault(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && number < longest
            ? number * unit : null;
    }
}
