using QwenChat.Catalogue;

namespace QwenChat.Tests.Reliability.Fuzz;

/// <summary>Fuzzes a user's catalog file: it must be applied to the built-in catalog, or rejected with the position of the error.</summary>
internal sealed class CatalogueTarget() : FuzzTarget("catalogue", SeedFiles.Catalogues)
{
    private static readonly ModelFile s_builtIn = ReadBuiltIn();

    protected override void Read(byte[] input)
    {
        try
        {
            var list = ModelList.Merge(s_builtIn, ModelFile.Read("a.json", input));
            Demand(list.Find(ModelCatalogue.DefaultModel) is not null, "The default model is missing.");
            foreach (var model in list.All)
                Demand(model.Id.Length > 0 && model.Prices.All(price => price.Currency.Length > 0), "A model has no name, or a price has no currency.");
        }
        catch (QwenException refused)
        {
            Demand(refused.Message.Contains("Line ", StringComparison.Ordinal), $"The file was rejected without a position: {refused.Message}");
        }
    }

    private static ModelFile ReadBuiltIn()
    {
        using var stream = typeof(ModelFile).Assembly.GetManifestResourceStream("models.json")!;
        byte[] utf8 = new byte[stream.Length];
        stream.ReadExactly(utf8);
        return ModelFile.Read("models.json", utf8);
    }
}
