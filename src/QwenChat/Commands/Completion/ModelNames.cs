using System.Globalization;
using QwenChat.Catalogue;

namespace QwenChat.Commands.Completion;

/// <summary>The models that completion offers.</summary>
internal static class ModelNames
{
    /// <summary>
    /// The models in the catalog. If the user's catalog file is invalid, only the built-in models are returned; commands report the error.
    /// </summary>
    public static IReadOnlyCollection<QwenModel> All
    {
        get
        {
            try
            {
                return ModelCatalogue.All;
            }
            catch (QwenException)
            {
                return ModelCatalogue.BuiltIn.All;
            }
        }
    }

    public static string TipOf(QwenModel model) => string.Join("; ", FactsOf(model).Prepend(model.Id));

    /// <summary>Returns the context window and price of a model, if known.</summary>
    public static IEnumerable<string> FactsOf(QwenModel model)
    {
        if (model.ContextWindow is int window)
            yield return string.Create(CultureInfo.InvariantCulture, $"{window:N0} tokens");
        // A completer does not read the connection, so the region is unknown. The price for the default region is preferred.
        var price = ModelCatalogue.PriceFor(model, QwenRegion.Singapore, 0) ?? (model.Prices.Count > 0 ? model.Prices[0] : null);
        if (price is not null)
            yield return $"{price} per million tokens";
    }
}
