using System.Globalization;

namespace QwenChat;

/// <summary>
/// Token usage as reported by the service. A number that the service did not report is null, never 0.
/// <see cref="InputTokens"/> already contains <see cref="CachedTokens"/>, and <see cref="OutputTokens"/> contains
/// <see cref="ReasoningTokens"/>.
/// </summary>
/// <remarks>
/// A number above 10^15 is set to 10^15, and a negative number counts as not reported. Token limits therefore work with any number that a service reports.
/// </remarks>
public sealed record QwenUsage
{
    private const long MaximumCount = 1_000_000_000_000_000;

    private readonly long? _inputTokens;
    private readonly long? _outputTokens;
    private readonly long? _totalTokens;
    private readonly long? _cachedTokens;
    private readonly long? _reasoningTokens;
    private readonly long? _cacheCreationTokens;

    /// <summary>The input tokens of the whole request, including history and instructions.</summary>
    public long? InputTokens { get => _inputTokens; init => _inputTokens = Counted(value); }

    /// <summary>The output tokens, including thinking.</summary>
    public long? OutputTokens { get => _outputTokens; init => _outputTokens = Counted(value); }

    /// <summary>The total as reported by the service.</summary>
    public long? TotalTokens { get => _totalTokens; init => _totalTokens = Counted(value); }

    /// <summary>The input tokens that were read from the context cache.</summary>
    public long? CachedTokens { get => _cachedTokens; init => _cachedTokens = Counted(value); }

    /// <summary>The output tokens used for thinking.</summary>
    public long? ReasoningTokens { get => _reasoningTokens; init => _reasoningTokens = Counted(value); }

    /// <summary>The input tokens that were written to the explicit or session cache.</summary>
    public long? CacheCreationTokens { get => _cacheCreationTokens; init => _cacheCreationTokens = Counted(value); }

    /// <summary>The number of calls to each service tool; null if no calls were reported.</summary>
    public QwenToolUsage? Tools { get; init; }

    /// <summary>Returns the number of tokens that count against a limit: the reported total, but at least the sum of its parts.</summary>
    internal long CountTokens() => Math.Max(TotalTokens ?? 0, (InputTokens ?? 0) + (OutputTokens ?? 0));

    /// <summary>
    /// Returns whether the service reported the total, or both input and output. Every request has input, so 0 counts as not reported.
    /// </summary>
    internal bool CountsAll() => TotalTokens > 0 || (InputTokens > 0 && OutputTokens is not null);

    /// <summary>Adds two usage records. Null plus a number is the number.</summary>
    /// <param name="left">The first usage; null counts as empty.</param>
    /// <param name="right">The second usage; null counts as empty.</param>
    /// <returns>The sum of every member.</returns>
    public static QwenUsage operator +(QwenUsage? left, QwenUsage? right) => Add(left, right);

    /// <summary>Adds two usage records. Null plus a number is the number.</summary>
    /// <param name="left">The first usage; null counts as empty.</param>
    /// <param name="right">The second usage; null counts as empty.</param>
    /// <returns>The sum of every member.</returns>
    public static QwenUsage Add(QwenUsage? left, QwenUsage? right) => new()
    {
        InputTokens = Sum(left?.InputTokens, right?.InputTokens),
        OutputTokens = Sum(left?.OutputTokens, right?.OutputTokens),
        TotalTokens = Sum(left?.TotalTokens, right?.TotalTokens),
        CachedTokens = Sum(left?.CachedTokens, right?.CachedTokens),
        ReasoningTokens = Sum(left?.ReasoningTokens, right?.ReasoningTokens),
        CacheCreationTokens = Sum(left?.CacheCreationTokens, right?.CacheCreationTokens),
        Tools = QwenToolUsage.Add(left?.Tools, right?.Tools),
    };

    /// <summary>Returns the reported numbers for display: <c>1,200 in, 85 out, 1,024 cached</c>.</summary>
    /// <returns>The reported numbers, each with its unit; empty if no numbers were reported.</returns>
    public override string ToString()
    {
        (long? Count, string Name)[] parts =
            [(InputTokens, "in"), (OutputTokens, "out"), (CachedTokens, "cached"), (CacheCreationTokens, "written to the cache"),
            (ReasoningTokens, "thinking")];
        return string.Join(", ", parts.Where(part => part.Count is not null)
            .Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Count:N0} {part.Name}"))
            .Concat(Tools?.ToString() is { Length: > 0 } tools ? [tools] : Array.Empty<string>()));
    }

    private static long? Counted(long? reported) => reported is null or < 0 ? null : Math.Min(reported.Value, MaximumCount);

    private static long? Sum(long? a, long? b) => a is null ? b : b is null ? a : a + b;
}
