namespace QwenChat.Batch;

/// <summary>The service's words for how a batch stands, and QwenChat's own for what comes before the service knows of it.</summary>
internal static class BatchStatus
{
    /// <summary>The requests are on the disk, and nothing was sent.</summary>
    public const string Prepared = "Prepared";

    /// <summary>The file with the requests is at the service.</summary>
    public const string Uploaded = "Uploaded";

    /// <summary>The batch was ordered, and the answer to that is not known.</summary>
    public const string Creating = "Creating";

    /// <summary>Everything has run.</summary>
    public const string Completed = "completed";

    /// <summary>The service did not take the batch.</summary>
    public const string Failed = "failed";

    /// <summary>The completion window ended before everything had run.</summary>
    public const string Expired = "expired";

    /// <summary>It was stopped.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>Whether nothing more happens. A word that is not known is not an end.</summary>
    public static bool IsEnd(string? status) => status is Completed or Failed or Expired or Cancelled;

    /// <summary>A word of the service's as it is shown: <c>in_progress</c> is InProgress.</summary>
    public static string Show(string status) =>
        string.Concat(status.Split('_', StringSplitOptions.RemoveEmptyEntries).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
}
