using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text;

namespace QwenChat.Commands;

/// <summary>Completes a model's name from the catalogue. Models that are not in it can be typed.</summary>
public class ModelCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string word = (wordToComplete ?? "").Trim('\'', '"');
        var pattern = new WildcardPattern(word + "*", WildcardOptions.IgnoreCase);
        return Models().Where(model => Offers(model) && pattern.IsMatch(model.Id)).Select(Result).ToArray();
    }

    private protected virtual bool Offers(QwenModel model) => true;

    private static IReadOnlyCollection<QwenModel> Models()
    {
        try
        {
            return ModelCatalogue.All;
        }
        catch (QwenException)
        {
            // A completer has nowhere to report that the user's own file is broken; the command that is being typed will.
            return ModelCatalogue.BuiltIn.All;
        }
    }

    private static CompletionResult Result(QwenModel model) =>
        new(Quoted(model.Id), model.Id, CompletionResultType.ParameterValue, ToolTip(model));

    /// <summary>The service's own names need no quotes; a name from a user's file may.</summary>
    private static string Quoted(string id) =>
        char.IsAsciiLetterOrDigit(id[0]) && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '/' or ':')
            ? id
            : $"'{CodeGeneration.EscapeSingleQuotedStringContent(id)}'";

    private static string ToolTip(QwenModel model)
    {
        var tip = new StringBuilder(model.Id);
        if (model.ContextWindow is int window)
            tip.Append(CultureInfo.InvariantCulture, $"; {window:N0} tokens");
        // A completer does not look for the connection, so it cannot know the region: the default one's price, else the one there is.
        var price = ModelCatalogue.PriceFor(model, QwenRegion.Singapore, 0) ?? (model.Prices.Count > 0 ? model.Prices[0] : null);
        if (price is not null)
            tip.Append(CultureInfo.InvariantCulture, $"; {price} for a million tokens");
        return tip.ToString();
    }
}

/// <summary>Completes the name of an embedding model.</summary>
public sealed class EmbeddingModelCompleter : ModelCompleter
{
    private protected override bool Offers(QwenModel model) => model.OutputModalities.Contains("embedding");
}
