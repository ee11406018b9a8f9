namespace QwenChat.Batch;

/// <summary>The service's names for batch statuses, and QwenChat's names for the statuses of a batch that is not on the service yet.</summary>
internal static class BatchStatus
{
    /// <summary>The requests are on disk, and nothing was sent.</summary>
    public const string Prepared = "Prepared";

    /// <summary>The request file is on the service.</summary>
    public const string Uploaded = "Uploaded";

    /// <summary>The create request was sent, but no response has been received.</summary>
    public const string Creating = "Creating";

    /// <summary>All requests have run.</summary>
    public const string Completed = "completed";

    /// <summary>The service rejected the batch.</summary>
    public const string Failed = "failed";

    /// <summary>The completion window ended before all requests had run.</summary>
    public const string Expired = "expired";

    public const string Cancelled = "cancelled";

    /// <summary>Returns whether a status is final. An unknown status is not final.</summary>
    public static bool IsEnd(string? status) => status is Completed or Failed or Expired or Cancelled;

    /// <summary>Converts the service's name of a status to the displayed name: <c>in_progress</c> becomes InProgress.</summary>
    public static string Show(string status) =>
        string.Concat(status.Split('_', StringSplitOptions.RemoveEmptyEntries).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
}
