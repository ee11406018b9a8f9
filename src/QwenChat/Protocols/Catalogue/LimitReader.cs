using System.Text.Json;

namespace QwenChat.Protocols.Catalogue;

/// <summary>Reads the limits of one model from the service's quota list (wire §19).</summary>
internal static class LimitReader
{
    /// <summary>The name of the usage field that counts input and output tokens together.</summary>
    private const string TotalTokens = "total_tokens";

    /// <summary>The lowest limit per minute that is applied: one request or token per day.</summary>
    private const double LowestRate = 1d / (24 * 60);

    /// <summary>Reads an entry. The limits of the account and the workspace both apply, so the lower limit is used.</summary>
    /// <returns>Null for an entry without a model.</returns>
    public static QwenModelLimit? Read(JsonElement entry)
    {
        if (ListingValue.Name(entry, "model") is not { } model)
            return null;
        var account = ListingValue.Object(entry, "model_limit");
        var workspace = ListingValue.Object(entry, "workspace_limit");
        return new QwenModelLimit
        {
            Model = model,
            RequestsPerMinute = Least(Rate(account, "request_limit", "request_limit_period"), Rate(workspace, "request_limit", "request_limit_period")),
            TokensPerMinute = Least(TokenRate(account), TokenRate(workspace)),
        };
    }

    private static double? TokenRate(JsonElement? limit) =>
        ListingValue.Text(limit, "usage_limit_field") is null or TotalTokens ? Rate(limit, "usage_limit", "usage_limit_period") : null;

    /// <summary>Returns the limit per minute; null for a limit below <see cref="LowestRate"/>, because a wait of days would look like a hang.</summary>
    private static double? Rate(JsonElement? limit, string count, string period) =>
        ListingValue.Number(limit, count) is { } most and > 0 && (ListingValue.Number(limit, period) ?? 60) is var seconds and > 0
        && most * 60 / seconds is var rate and >= LowestRate && double.IsFinite(rate) ? rate : null;

    private static double? Least(double? one, double? other) => one is { } a && other is { } b ? Math.Min(a, b) : one ?? other;
}
