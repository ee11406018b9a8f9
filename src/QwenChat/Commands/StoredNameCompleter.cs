using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace QwenChat.Commands;

/// <summary>
/// Completes the name of a stored conversation. A file is looked into, unless it is slow to answer; of a database on a server only the
/// names that this session has seen are offered, since a completer never calls the network.
/// </summary>
public sealed class StoredNameCompleter : IArgumentCompleter
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(200);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        if (fakeBoundParameters?["Store"] is not { } given || (given is PSObject wrapped ? wrapped.BaseObject : given) is not QwenStore store)
            return [];
        var pattern = new WildcardPattern((wordToComplete ?? "").Trim('\'', '"') + "*", WildcardOptions.IgnoreCase);
        return Names(store).Where(pattern.IsMatch).Order(StringComparer.OrdinalIgnoreCase).Select(Result).ToArray();
    }

    private static IEnumerable<string> Names(QwenStore store)
    {
        if (store.Provider == "SQLite")
            Look(store);
        return store.KnownNames;
    }

    private static void Look(QwenStore store)
    {
        using var limit = new CancellationTokenSource(s_longest);
        try
        {
            var list = Task.Run(() => store.Backend.ListAsync(null, limit.Token), limit.Token);
            if (!list.Wait(s_longest))
                return;
            foreach (var record in list.Result)
                store.Remember(record.Name);
        }
        catch (AggregateException failure) when (failure.InnerException is QwenException or OperationCanceledException)
        {
            // A completer has nowhere to report it; the command that is being typed will.
        }
    }

    private static CompletionResult Result(string name)
    {
        string literal = WildcardPattern.Escape(name);
        bool isPlain = literal.All(c => char.IsLetterOrDigit(c) || c is '-' or '.' or '_');
        return new CompletionResult(isPlain ? literal : $"'{CodeGeneration.EscapeSingleQuotedStringContent(literal)}'", SafeText.ShowLine(name), CompletionResultType.ParameterValue, SafeText.ShowLine(name));
    }
}
