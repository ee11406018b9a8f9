using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace QwenChat.Commands;

/// <summary>Completes the name of a stored conversation. Of a database on a server only the names that this session has seen are offered.</summary>
public sealed class StoredNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        if (fakeBoundParameters?["Store"] is not { } given || (given is PSObject wrapped ? wrapped.BaseObject : given) is not QwenStore store)
            return [];
        foreach (var record in StoreLook.List(store))
            store.Remember(record.Name);
        var pattern = new WildcardPattern((wordToComplete ?? "").Trim('\'', '"') + "*", WildcardOptions.IgnoreCase);
        return store.KnownNames.Where(pattern.IsMatch).Order(StringComparer.OrdinalIgnoreCase).Select(Result).ToArray();
    }

    private static CompletionResult Result(string name)
    {
        string literal = WildcardPattern.Escape(name);
        bool isPlain = literal.All(c => char.IsLetterOrDigit(c) || c is '-' or '.' or '_');
        return new CompletionResult(isPlain ? literal : $"'{CodeGeneration.EscapeSingleQuotedStringContent(literal)}'", SafeText.ShowLine(name), CompletionResultType.ParameterValue, SafeText.ShowLine(name));
    }
}
