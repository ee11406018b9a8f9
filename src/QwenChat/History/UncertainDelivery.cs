using QwenChat.Http;

namespace QwenChat.History;

/// <summary>Classifies failures of requests that may have been processed. Retrying such a request blindly would process it twice.</summary>
internal static class UncertainDelivery
{
    /// <summary>Returns whether the request may have been processed despite the failure.</summary>
    public static bool IsPossible(QwenException failure) => failure.MayHaveArrived || failure.Status >= 500;

    /// <summary>Returns whether the service itself reports that it failed. A gateway in front of it cannot know that.</summary>
    public static bool IsRefusal(QwenException failure) => failure.Status is 500 or 503;

    /// <summary>Waits as before any retry; the service may still be processing the request.</summary>
    /// <returns>Whether another attempt is allowed.</returns>
    public static async Task<bool> WaitAsync(QwenException failure, int retriesDone, QwenConnection connection, TimeProvider time,
        CancellationToken cancellation)
    {
        if (RetryPolicy.NextDelay(failure, retriesDone, connection.MaximumRetryCount, Random.Shared) is not { } delay)
            return false;
        await Task.Delay(delay, time, cancellation).ConfigureAwait(false);
        return true;
    }
}
