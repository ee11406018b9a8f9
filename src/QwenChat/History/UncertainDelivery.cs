using QwenChat.Http;

namespace QwenChat.History;

/// <summary>A request that may have been carried out although its answer did not come. Sent again blindly, it would be carried out twice.</summary>
internal static class UncertainDelivery
{
    /// <summary>True when the failure does not say that nothing was done.</summary>
    public static bool IsPossible(QwenException failure) => failure.MayHaveArrived || failure.Status >= 500;

    /// <summary>True when the service itself says that it failed; a gateway in front of it cannot know.</summary>
    public static bool IsRefusal(QwenException failure) => failure.Status is 500 or 503;

    /// <summary>Waits as before any retry; the service may still be busy with the request.</summary>
    /// <returns>Whether there may be another attempt.</returns>
    public static async Task<bool> WaitAsync(QwenException failure, int retriesDone, QwenConnection connection, TimeProvider time,
        CancellationToken cancellation)
    {
        if (RetryPolicy.NextDelay(failure, retriesDone, connection.MaximumRetryCount, Random.Shared) is not { } delay)
            return false;
        await Task.Delay(delay, time, cancellation).ConfigureAwait(false);
        return true;
    }
}
