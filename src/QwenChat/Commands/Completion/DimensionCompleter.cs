using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using QwenChat.Commands.Completion;
using QwenChat.Recall;

namespace QwenChat.Commands;

/// <summary>Completes <c>-Dimensions</c> with the vector lengths that the catalog lists for the model on the command line, or for the default model.</summary>
public sealed class DimensionCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        string model = fakeBoundParameters?["Model"]?.ToString() ?? EmbeddingCalls.DefaultModel;
        var lengths = ModelNames.All.FirstOrDefault(known => known.Id.Equals(model, StringComparison.OrdinalIgnoreCase))?.EmbeddingDimensions ?? [];
        return lengths.Select(length => length.ToString(CultureInfo.InvariantCulture))
            .Where(length => length.StartsWith(wordToComplete ?? "", StringComparison.Ordinal)).Select(length => new CompletionResult(length)).ToArray();
    }
}
