using QwenChat.Catalogue;
using QwenChat.Model;
using QwenChat.Protocols.Catalogue;
using QwenChat.Text;

namespace QwenChat.Http;

/// <summary>Reads the service's list of models (wire §19).</summary>
internal static class ServiceModels
{
    /// <summary>
    /// Selects models that answer with text or create vectors from text, because QwenChat does not use other models. The list is requested in
    /// English.
    /// </summary>
    private const string Query = "capabilities=TG&capabilities=Reasoning&capabilities=VU&capabilities=Multimodal-Omni&capabilities=TR&language=en-US&";

    private const int NamesInWarning = 5;

    /// <summary>Reads the list, and writes a warning about data that cannot be read.</summary>
    /// <exception cref="QwenException">The server has no such list, or lists no models.</exception>
    public static async Task<IReadOnlyList<ListedModel>> ReadAsync(QwenConnection connection, Transport transport, NoticeQueue notices,
        CancellationToken cancellation)
    {
        var entries = await ReadListAsync(connection, transport, notices, cancellation).ConfigureAwait(false);
        var models = entries.Select(ListedModelReader.Read).OfType<ListedModel>().DistinctBy(model => model.Id, StringComparer.OrdinalIgnoreCase).ToArray();
        if (models.Length == 0)
            throw new QwenException(QwenErrorKind.ProtocolError, $"The server at {connection.Server} lists no models. Nothing was changed.");
        if (models.Length < entries.Count)
            notices.Warn($"Ignored {Quantity.Of(entries.Count - models.Length, "model")} without a valid name in the service's list.");
        var unread = models.Where(model => model.PriceFault is not null).ToArray();
        if (unread.Length > 0)
            notices.Warn($"The prices of {Quantity.Of(unread.Length, "model")} could not be read and are ignored: "
                + $"{Some(unread.Select(model => $"{model.Id} ({model.PriceFault})"))}.");
        string[] unknown = [.. models.SelectMany(model => model.UnknownPrices).Distinct().Order(StringComparer.Ordinal)];
        if (unknown.Length > 0)
            notices.Verbose($"Unknown kinds of prices are ignored: {string.Join(", ", unknown)}.");
        return models;
    }

    private static async Task<IReadOnlyList<System.Text.Json.JsonElement>> ReadListAsync(QwenConnection connection, Transport transport, NoticeQueue notices,
        CancellationToken cancellation)
    {
        if (connection.CompatibleUri is not null)
            throw NoList(connection, "Specify a connection to the Qwen service with -Connection (New-QwenConnection -Region …).", null);
        try
        {
            return await new ServiceListing(connection, transport, notices).ReadAsync("/models", Query, "models", cancellation).ConfigureAwait(false);
        }
        catch (QwenException failure) when (failure.Status is 404 or 405 or 501)
        {
            throw NoList(connection, "In Beijing, the list is at the address of a workspace. Use -Connection (New-QwenConnection -Region Beijing "
                + "-WorkspaceId …).", failure);
        }
    }

    private static QwenException NoList(QwenConnection connection, string advice, QwenException? failure) => new(QwenErrorKind.InvalidRequest,
        $"The server at {connection.Server} has no list of models with prices. {advice}", failure)
    {
        Status = failure?.Status,
        RequestId = failure?.RequestId,
        Connection = connection,
    };

    private static string Some(IEnumerable<string> names)
    {
        string[] all = [.. names];
        return string.Join(", ", all.Take(NamesInWarning)) + (all.Length > NamesInWarning ? " …" : "");
    }
}
