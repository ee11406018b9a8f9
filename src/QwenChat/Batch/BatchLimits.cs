namespace QwenChat.Batch;

/// <summary>
/// The limits of one batch file (wire §11.2, wire §18). The service may count a megabyte as 1,000,000 or as 1,048,576 bytes. These limits use the smaller
/// value.
/// </summary>
/// <param name="Lines">The maximum number of requests.</param>
/// <param name="FileBytes">The maximum size of the file, in bytes.</param>
/// <param name="LineBytes">The maximum size of one request, in bytes.</param>
internal sealed record BatchLimits(int Lines, long FileBytes, int LineBytes)
{
    public static readonly BatchLimits Usual = new(50_000, 500_000_000, 6_000_000);

    /// <summary>The limits of a rehearsal. A rehearsal is never split, because a second file would be a separate rehearsal.</summary>
    public static readonly BatchLimits Rehearsal = new(100, 1_000_000, 1_000_000);
}
