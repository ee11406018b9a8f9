namespace QwenChat.Batch;

/// <summary>
/// What one file of a batch may hold (wire §11.2, wire §18). Whether the service counts a megabyte as 1,000,000 or 1,048,576 bytes is not known;
/// the smaller one is never refused.
/// </summary>
/// <param name="Lines">The most requests.</param>
/// <param name="FileBytes">The most bytes of the file.</param>
/// <param name="LineBytes">The most bytes of one request.</param>
internal sealed record BatchLimits(int Lines, long FileBytes, int LineBytes)
{
    /// <summary>The limits of batches.</summary>
    public static readonly BatchLimits Usual = new(50_000, 500_000_000, 6_000_000);

    /// <summary>The limits of rehearsals, which are not split: a second file would be another rehearsal.</summary>
    public static readonly BatchLimits Rehearsal = new(100, 1_000_000, 1_000_000);
}
