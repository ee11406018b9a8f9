using System.Globalization;

namespace QwenChat;

/// <summary>What the service lets an account or workspace use of one model, as the service itself says (wire-tools §6).</summary>
public sealed record QwenModelLimit
{
    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>The most requests in a minute; null for no limit.</summary>
    public double? RequestsPerMinute { get; init; }

    /// <summary>The most tokens in a minute, input and output together; null for no limit.</summary>
    public double? TokensPerMinute { get; init; }

    /// <summary>The limit in a line.</summary>
    /// <returns>Such as <c>qwen3.6-plus: 600 requests and 1000000 tokens a minute</c>.</returns>
    public override string ToString()
    {
        string[] parts = [.. new[] { Show(RequestsPerMinute, "requests"), Show(TokensPerMinute, "tokens") }.OfType<string>()];
        return parts.Length == 0 ? $"{Model}: no limit" : $"{Model}: {string.Join(" and ", parts)} a minute";
    }

    private static string? Show(double? most, string unit) => most is { } count ? $"{count.ToString("0.##", CultureInfo.InvariantCulture)} {unit}" : null;
}
