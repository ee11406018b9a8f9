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

    /// <summary>The file of an earlier list. A damaged one has nothing that could be kept.</summary>
    private static byte[]? Before(NoticeQueue notices)
    {
        if (ModelCatalogue.Fault is { } fault)
        {
            notices.Warn(fault);
            return null;
        }
        return ModelCatalogue.ServicePath is { } path && System.IO.File.Exists(path) ? System.IO.File.ReadAllBytes(path) : null;
    }
}
