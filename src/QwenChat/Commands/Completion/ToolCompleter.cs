using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace QwenChat.Commands;

/// <summary>Completes the names of commands that can be tools, in PowerShell's order: loaded commands first. No module is imported.</summary>
public sealed class ToolCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst,
        IDictionary fakeBoundParameters) =>
        CompletionCompleters.CompleteCommand(wordToComplete?.Trim('\'', '"') ?? "", null,
            CommandTypes.Cmdlet | CommandTypes.Function | CommandTypes.Alias | CommandTypes.ExternalScript);
}
