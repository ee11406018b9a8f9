using System.Globalization;
using QwenChat.Catalogue;

namespace QwenChat.Commands.Completion;

/// <summary>The models that completion offers.</summary>
internal static class ModelNames
{
    /// <summary>
    /// The models in the catalog; only those of the built-in catalog if the user's file is invalid, because the command itself reports that error.
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

    /// <summary>Returns the facts for choosing a model: its name, its window and its price.</summary>
    public static string TipOf(QwenModel model) => string.Join("; ", FactsOf(model).Prepend(model.Id));

    /// <summary>Returns the same facts without the name.</summary>
    public static IEnumerable<string> FactsOf(QwenModel model)
    {
        if (model.ContextWindow is int window)
            yield return string.Create(CultureInfo.InvariantCulture, $"{window:N0} tokens");
        // A completer does not read the connection, so the region is unknown: the price is the default region's, or the only one.
        var price = ModelCatalogue.PriceFor(model, QwenRegion.Singapore, 0) ?? (model.Prices.Count > 0 ? model.Prices[0] : null);
        if (price is not null)
            yield return $"{price} per million tokens";
    }
}
