using QwenChat.Catalogue;
using QwenChat.Http;
using QwenChat.Model;

namespace QwenChat.Commands.Input;

/// <summary>The catalog merged with the service's current model list.</summary>
/// <param name="File">The content of the file that Update-QwenModelCatalog writes.</param>
/// <param name="Models">The models in the service's list, with all known data.</param>
internal sealed record ServiceCatalogue(byte[] File, IReadOnlyList<QwenModel> Models)
{
    /// <summary>Requests the model list from the service, and merges it with the catalog.</summary>
    /// <exception cref="QwenException">The service offers no model list, or the user's own catalog file is not valid.</exception>
    public static async Task<ServiceCatalogue> ReadAsync(QwenConnection connection, string? currency, NoticeQueue notices, CancellationToken cancellation)
    {
        var listed = await ServiceModels.ReadAsync(connection, Transport.For(connection), notices, cancellation).ConfigureAwait(false);
        var prices = ListedPrices.Of(connection, currency, DateOnly.FromDateTime(DateTime.UtcNow));
        if (prices.Region is null && listed.Any(model => model.Tiers.Count > 0))
            notices.Warn($"The prices were omitted, because the region of {connection.Server} is unknown. Specify the region with -Connection "
                + "(New-QwenConnection -Region …).");
        byte[] file = ServiceCatalogueFile.Make(Before(notices), listed, prices, ModelCatalogue.BuiltIn);
        var models = ModelCatalogue.With(file);
        return new ServiceCatalogue(file, [.. listed.Select(model => models.Find(model.Id)).OfType<QwenModel>()]);
    }

    /// <summary>Returns the most recently downloaded model list; null if there is none. If the file is damaged, writes a warning and returns null.</summary>
    private static ModelList? Before(NoticeQueue notices)
    {
        try
        {
            return ModelCatalogue.ReadListed();
        }
        catch (QwenException damaged)
        {
            notices.Warn(damaged.Message);
            return null;
        }
    }
}
