using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text;
using QwenChat.Commands.Completion;
using QwenChat.Text;

namespace QwenChat.Commands;

/// <summary>Completes the name of a stored conversation. For a database on a server, only names that this session has seen are offered.</summary>
public sealed class StoredNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        if (fakeBoundParameters?["Store"] is not { } given || (given is PSObject wrapped ? wrapped.BaseObject : given) is not QwenStore store)
            return [];
        foreach (var record in StoreCompletions.List(store))
            store.Remember(record.Name);
        var pattern = new WildcardPattern((wordToComplete ?? "").Trim('\'', '"') + "*", WildcardOptions.IgnoreCase);
        return store.KnownNames.Where(pattern.IsMatch).Order(StringComparer.OrdinalIgnoreCase).Select(Result).ToArray();
    }

    /// <summary>Returns the name as PowerShell source. Control characters are written as escapes, so that the terminal does not act on them.</summary>
    private static string Quoted(string name)
    {
        if (SafeText.Show(name) == name && !name.Contains('\n', StringComparison.Ordinal))
            return SingleQuoted.Of(name);
        var quoted = new StringBuilder("\"");
        foreach (var rune in name.EnumerateRunes())
        {
            string c = rune.ToString();
            if (c is "`" or "$" or "\"")
                quoted.Append('`').Append(c);
            else if (SafeText.Show(c) != c || c is "\n" or "\t")
                quoted.Append(CultureInfo.InvariantCulture, $"`u{{{rune.Value:x}}}");
            else
                quoted.Append(c);
        }
        return quoted.Append('"').ToString();
    }

    private static CompletionResult Result(string name)
    {
        string literal = WildcardPattern.Escape(name);
        bool isPlain = literal.All(c => char.IsLetterOrDigit(c) || c is '-' or '.' or '_');
        return new CompletionResult(isPlain ? literal : Quoted(literal), SafeText.ShowLine(name), CompletionResultType.ParameterValue, SafeText.ShowLine(name));
    }
}
