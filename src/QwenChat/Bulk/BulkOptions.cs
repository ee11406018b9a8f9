namespace QwenChat.Bulk;

/// <summary>How a bulk run goes about its inputs.</summary>
/// <param name="Limit">The most inputs that are worked on at once.</param>
/// <param name="Ordered">Whether outcomes come in the order of the inputs; otherwise as they complete.</param>
internal sealed record BulkOptions(int Limit, bool Ordered)
{
    /// <summary>In order, one slow input holds back the results behind it: no more than this many times the limit wait with it.</summary>
    public const int OrderedWindow = 4;

    /// <summary>
    /// Whether a failure came from what other work of the run holds at the moment. The input is then tried again when nothing else is under way, so that
    /// the limit changes the speed and not which inputs succeed.
    /// </summary>
    public Func<Exception, bool> IsShortage { get; init; } = static _ => false;
}
