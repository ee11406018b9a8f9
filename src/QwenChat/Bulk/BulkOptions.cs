namespace QwenChat.Bulk;

/// <summary>The settings of a bulk run.</summary>
/// <param name="Limit">The maximum number of inputs processed concurrently.</param>
/// <param name="Ordered">Whether outcomes are returned in the order of the inputs. Otherwise, they are returned in the order of completion.</param>
internal sealed record BulkOptions(int Limit, bool Ordered)
{
    /// <summary>The maximum number of results that a slow input can hold back in ordered mode, as a multiple of the concurrency limit.</summary>
    public const int OrderedWindow = 4;

    /// <summary>
    /// Returns whether a failure was caused by other work in the same run. The failed input is retried alone, so the concurrency limit does not affect
    /// which inputs succeed.
    /// </summary>
    public Func<Exception, bool> IsShortage { get; init; } = static _ => false;
}
