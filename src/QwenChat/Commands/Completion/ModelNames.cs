using System.Globalization;
using QwenChat.Catalogue;

namespace QwenChat.Commands.Completion;

/// <summary>The models to offer while a name is being typed.</summary>
internal static class ModelNames
{
    /// <summary>The catalogue. Where the user's own file is broken, the built-in one: the command that is being typed will say so.</summary>
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

    /// <summary>What to know of a model before choosing it: its name, its window and its price.</summary>
    public static string TipOf(QwenModel model) => string.Join("; ", FactsOf(model).Prepend(model.Id));

    /// <summary>The same without the name.</summary>
    public static IEnumerable<string> FactsOf(QwenModel model)
    {
        if (model.ContextWindow is int window)
            yield return string.Create(CultureInfo.InvariantCulture, $"{window:N0} tokens");
        // A completer does not look for the connection, so it cannot know the region: the default one's price, else the one there is.
        var price = ModelCatalogue.PriceFor(model, QwenRegion.Singapore, 0) ?? (model.Prices.Count > 0 ? model.Prices[0] : null);
        if (price is not null)
            yield return $"{price} for a million tokens";
    }
}
