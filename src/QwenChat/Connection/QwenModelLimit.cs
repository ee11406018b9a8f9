using System.Globalization;

namespace QwenChat;

/// <summary>The limit of an account or workspace for one model, as reported by the service (wire §19).</summary>
public sealed record QwenModelLimit
{
    /// <summary>The name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>The maximum number of requests per minute; null for no limit.</summary>
    public double? RequestsPerMinute { get; init; }

    /// <summary>The maximum number of tokens per minute, input and output together; null for no limit.</summary>
    public double? TokensPerMinute { get; init; }

    /// <summary>Returns the limit as one line.</summary>
    /// <returns>A string such as <c>qwen3.6-plus: 600 requests and 1000000 tokens per minute</c>.</returns>
    public override string ToString()
    {
        string[] parts = [.. new[] { Show(RequestsPerMinute, "request"), Show(TokensPerMinute, "token") }.OfType<string>()];
        return parts.Length == 0 ? $"{Model}: no limit" : $"{Model}: {string.Join(" and ", parts)} per minute";
    }

    private static string? Show(double? most, string unit) =>
        most is { } count ? $"{count.ToString("0.##", CultureInfo.InvariantCulture)} {unit}{(count == 1 ? "" : "s")}" : null;
}
