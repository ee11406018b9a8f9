using System.Globalization;

namespace QwenChat;

/// <summary>
/// Tokens the service counted. A number the service did not report is null, never 0.
/// <see cref="InputTokens"/> already contains <see cref="CachedTokens"/>, and <see cref="OutputTokens"/> contains
/// <see cref="ReasoningTokens"/>.
/// </summary>
public sealed record QwenUsage
{
    /// <summary>Tokens of the whole request, history and instructions included.</summary>
    public long? InputTokens { get; init; }

    /// <summary>Tokens of the answer, thinking included.</summary>
    public long? OutputTokens { get; init; }

    /// <summary>What the service reported as the sum.</summary>
    public long? TotalTokens { get; init; }

    /// <summary>Input tokens that were read from the context cache.</summary>
    public long? CachedTokens { get; init; }

    /// <summary>Output tokens spent on thinking.</summary>
    public long? ReasoningTokens { get; init; }

    /// <summary>Input tokens that were written to the explicit or session cache.</summary>
    public long? CacheCreationTokens { get; init; }

    /// <summary>Adds two usages; null and a number is the number.</summary>
    /// <param name="left">The first usage; null counts as empty.</param>
    /// <param name="right">The second usage; null counts as empty.</param>
    /// <returns>The sum of every member.</returns>
    public static QwenUsage operator +(QwenUsage? left, QwenUsage? right) => Add(left, right);

    /// <summary>Adds two usages; null and a number is the number.</summary>
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
    };

    /// <summary>What was reported, for people: <c>1,200 in, 85 out, 1,024 cached</c>.</summary>
    /// <returns>The numbers that are there, each with its unit; empty when none is.</returns>
    public override string ToString()
    {
        (long? Count, string Name)[] parts =
            [(InputTokens, "in"), (OutputTokens, "out"), (CachedTokens, "cached"), (CacheCreationTokens, "written to the cache"), (ReasoningTokens, "thinking")];
        return string.Join(", ", parts.Where(part => part.Count is not null).Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Count:N0} {part.Name}")));
    }

    private static long? Sum(long? a, long? b) => a is null ? b : b is null ? a : a + b;
}
