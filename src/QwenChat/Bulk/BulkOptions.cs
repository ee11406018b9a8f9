namespace QwenChat.Bulk;

/// <summary>The settings of a bulk run.</summary>
/// <param name="Limit">The maximum number of inputs processed at once.</param>
/// <param name="Ordered">Whether outcomes are returned in the order of the inputs; otherwise in the order of completion.</param>
internal sealed record BulkOptions(int Limit, bool Ordered)
{
    /// <summary>In ordered mode, one slow input holds back the results after it: at most this many times the limit.</summary>
    public const int OrderedWindow = 4;

    /// <summary>
    /// Returns whether a failure was caused by other running work of the run. The input is then retried when nothing else is running, so that
    /// the limit changes the speed but not which inputs succeed.
    /// </summary>
    public Func<Exception, bool> IsShortage { get; init; } = static _ => false;
}
