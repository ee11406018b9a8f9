using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using QwenChat.Batch;
using QwenChat.Text;

namespace QwenChat.Commands;

/// <summary>Completes the names of the batches in the batch folder.</summary>
public sealed class BatchNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string folder = fakeBoundParameters?["Path"] as string ?? BatchFolder.Usual;
        var pattern = new WildcardPattern((wordToComplete ?? "").Trim('\'', '"') + "*", WildcardOptions.IgnoreCase);
        try
        {
            return new BatchFolder(folder).Names().Where(pattern.IsMatch).Select(name => new CompletionResult(
                name.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.') ? name : SingleQuoted.Of(name),
                SafeText.ShowLine(name), CompletionResultType.ParameterValue, SafeText.ShowLine(name))).ToArray();
        }
        catch (QwenException)
        {
            return [];
        }
    }
}
