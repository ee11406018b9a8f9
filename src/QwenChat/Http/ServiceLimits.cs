using QwenChat.Model;
using QwenChat.Protocols.Catalogue;
using QwenChat.Text;

namespace QwenChat.Http;

/// <summary>Reads the per-minute limits of a connection's models from the service.</summary>
internal static class ServiceLimits
{
    /// <summary>The paths of the limit list. Both have been documented; the first path is older (wire §19).</summary>
    private static readonly string[] s_paths = ["/models/limits", "/quotas"];

    /// <summary>Reads the limits. If they are not available, a warning is written, and only the user's own limits apply.</summary>
    /// <returns>The limits; empty if they could not be read.</returns>
    public static async Task<IReadOnlyList<QwenModelLimit>> ReadAsync(QwenConnection connection, Transport transport, NoticeQueue notices,
        CancellationToken cancellation)
    {
        try
        {
            var limits = (await ReadListAsync(new ServiceListing(connection, transport, notices), cancellation).ConfigureAwait(false))
                .Select(LimitReader.Read).OfType<QwenModelLimit>().Where(limit => limit.RequestsPerMinute is not null || limit.TokensPerMinute is not null)
                .ToArray();
            if (limits.Length == 0)
                notices.Warn($"The service at {connection.Server} lists no rate limits, so -UseServiceLimits has no effect. {Advice}");
            else
                notices.Verbose($"Read the rate limits of {Quantity.Of(limits.Length, "model")}.");
            return limits;
        }
        catch (QwenException failure)
        {
            string why = IsAbsent(failure) || connection.CompatibleUri is not null
                ? $"The server at {connection.Server} has no list of rate limits, so -UseServiceLimits has no effect."
                : $"-UseServiceLimits has no effect, because the rate limits could not be read: {failure.Message}";
            notices.Warn($"{why} {Advice}");
            return [];
        }
    }

    private const string Advice = "If you know the limits, set them with -RequestsPerMinute and -TokensPerMinute.";

    private static async Task<IReadOnlyList<System.Text.Json.JsonElement>> ReadListAsync(ServiceListing listing, CancellationToken cancellation)
    {
        for (int i = 0; ; i++)
        {
            try
            {
                return await listing.ReadAsync(s_paths[i], "", "quotas", cancellation).ConfigureAwait(false);
            }
            catch (QwenException failure) when (i < s_paths.Length - 1 && IsAbsent(failure))
            {
                // The other path is tried next.
            }
        }
    }

    private static bool IsAbsent(QwenException failure) => failure.Status is 404 or 405 or 501;
}
