using QwenChat.Catalogue;
using QwenChat.Http;
using QwenChat.Model;

namespace QwenChat.Commands.Input;

/// <summary>The catalogue with what the service lists at this moment.</summary>
/// <param name="File">The file that Update-QwenModelCatalog writes of it.</param>
/// <param name="Models">The models that the service lists, with all that is known of them.</param>
internal sealed record ServiceCatalogue(byte[] File, IReadOnlyList<QwenModel> Models)
{
    /// <summary>Asks the service.</summary>
    /// <exception cref="QwenException">It has no such list, or the user's own catalogue file is broken.</exception>
    public static async Task<ServiceCatalogue> ReadAsync(QwenConnection connection, string? currency, NoticeQueue notices, CancellationToken cancellation)
    {
        var listed = await ServiceModels.ReadAsync(connection, Transport.For(connection), notices, cancellation).ConfigureAwait(false);
        var prices = ListedPrices.Of(connection, currency, DateOnly.FromDateTime(DateTime.UtcNow));
        if (prices.Region is null && listed.Any(model => model.Tiers.Count > 0))
            notices.Warn($"For which region the prices of {connection.Server} are is not known, so they were left out. Name the region: -Connection "
                + "(New-QwenConnection -Region …).");
        byte[] file = ServiceCatalogueFile.Make(Before(notices), listed, prices, ModelCatalogue.BuiltIn);
        var models = ModelCatalogue.With(file);
        return new ServiceCatalogue(file, [.. listed.Select(model => models.Find(model.Id)).OfType<QwenModel>()]);
    }

    /// <summary>What an earlier list said. A damaged file has nothing that could be kept.</summary>
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
