using System.Globalization;

namespace QwenChat.Http;

/// <summary>
/// Determines whether a failed request is retried, and after what delay (wire §12.4). The first delay is 2 s, or 15 s if a quota per minute was exceeded.
/// The delay is doubled for each retry, up to one minute.
/// </summary>
internal static class RetryPolicy
{
    /// <summary>The longest delay before a retry. If the service requests a longer delay, the request fails and is not retried.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Returns the delay before the next attempt; null if there is no further attempt. The delay is randomized to spread the retries of clients whose
    /// requests failed at the same time.
    /// </summary>
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

    /// <summary>Waits before the next attempt of a request that the service may have processed, or may still be processing.</summary>
    /// <returns>Whether another attempt is allowed.</returns>
    public static async Task<bool> WaitAsync(QwenException failure, int retriesDone, int maximumRetries, TimeProvider time, CancellationToken cancellation)
    {
        if (NextDelay(failure, retriesDone, maximumRetries, Random.Shared) is not { } delay)
            return false;
        await Task.Delay(delay, time, cancellation).ConfigureAwait(false);
        return true;
    }

    /// <summary>
    /// Returns whether the request may have been processed despite the failure. A retry without a check might then process the request twice.
    /// </summary>
    public static bool MayHaveBeenProcessed(QwenException failure) => failure.MayHaveArrived || failure.Status >= 500;

    /// <summary>
    /// Returns whether the failure was reported by the service itself. An error from a gateway does not show whether the service processed the
    /// request.
    /// </summary>
    public static bool IsReportedByService(QwenException failure) => failure.Status is 500 or 503;

    /// <summary>
    /// Returns the delay that a response requests; null if it requests none. <c>Retry-After</c> contains seconds or a date. Some servers send milliseconds
    /// in <c>retry-after-ms</c>.
    /// </summary>
    public static TimeSpan? AskedWait(HttpResponseMessage response, DateTimeOffset now)
    {
        var asked = response.Headers.RetryAfter?.Delta ?? response.Headers.RetryAfter?.Date - now
            ?? Number(response, "retry-after-ms", TimeSpan.FromMilliseconds(1)) ?? Number(response, "Retry-After", TimeSpan.FromSeconds(1));
        return asked is { } wait && wait < TimeSpan.Zero ? TimeSpan.Zero : asked;
    }

    /// <summary>Returns the failure. If the service requested a delay that is too long for a retry, the message contains the delay.</summary>
    public static QwenException WithAskedWait(QwenException failure)
    {
        if (failure.RetryAfter is not { } asked || asked <= Longest)
            return failure;
        return failure.WithMore(string.Create(CultureInfo.InvariantCulture,
            $"The service requests a delay of {asked.TotalSeconds:0} s before the next request (Retry-After), "
                + $"which exceeds the maximum retry delay of {Longest.TotalSeconds:0} s."));
    }

    private static TimeSpan? Number(HttpResponseMessage response, string header, TimeSpan unit)
    {
        const double longest = 1e9; // a larger value is not a plausible delay
        return response.Headers.TryGetValues(header, out var values)
            && double.TryParse(values.FirstOrDefault(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && number < longest
            ? number * unit : null;
    }
}
