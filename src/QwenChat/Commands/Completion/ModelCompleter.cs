using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using QwenChat.Commands.Completion;
using QwenChat.Text;

namespace QwenChat.Commands;

/// <summary>Completes a model name from the catalog. Any other name can be typed.</summary>
public class ModelCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string word = (wordToComplete ?? "").Trim('\'', '"');
        var pattern = new WildcardPattern(word + "*", WildcardOptions.IgnoreCase);
        return ModelNames.All.Where(model => Offers(model) && pattern.IsMatch(model.Id)).Select(Result).ToArray();
    }

    private protected virtual bool Offers(QwenModel model) => true;

    private static CompletionResult Result(QwenModel model) =>
        new(Quoted(model.Id), model.Id, CompletionResultType.ParameterValue, ModelNames.TipOf(model));

    // Only names from a user's catalog file can require quotation marks.
    private static string Quoted(string id) =>
        char.IsAsciiLetterOrDigit(id[0]) && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '/' or ':')
            ? id
            : SingleQuoted.Of(id);
}

/// <summary>Completes the name of an embedding model.</summary>
public sealed class EmbeddingModelCompleter : ModelCompleter
{
    private protected override bool Offers(QwenModel model) => model.OutputModalities.Contains("embedding");
}
