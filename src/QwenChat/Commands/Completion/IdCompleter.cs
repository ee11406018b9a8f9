using System.Collections;
using System.Management.Automation;
using QwenChat.Commands.Completion;
using QwenChat.Commands.SessionState;

namespace QwenChat.Commands;

/// <summary>The base class of id completers, which send no request. They offer only ids that this session has used or that a store file contains.</summary>
public abstract class IdCompleter : IArgumentCompleter
{
    private const int LongestTip = 80;

    private protected IdCompleter()
    {
    }

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, System.Management.Automation.Language.CommandAst commandAst,
            IDictionary fakeBoundParameters)
    {
        string word = (wordToComplete ?? "").Trim('\'', '"');
        return Find(fakeBoundParameters).Where(known => known.Id.StartsWith(word, StringComparison.OrdinalIgnoreCase) && IsPlain(known.Id))
            .DistinctBy(known => known.Id).Select(Result).ToArray();
    }

    private protected abstract IEnumerable<(string Id, string? Tip)> Find(IDictionary? bound);

    /// <summary>Returns the value of a parameter already on the command line; null if the parameter is absent, or not of this type.</summary>
    private protected static T? Bound<T>(IDictionary? bound, string parameter)
        where T : class => (bound?[parameter] is PSObject wrapped ? wrapped.BaseObject : bound?[parameter]) as T;

    /// <summary>Returns the turns of each conversation, newest first.</summary>
    private protected static IEnumerable<QwenTurn> Turns(IEnumerable<QwenConversation> conversations) =>
        conversations.SelectMany(conversation => conversation.Path.From(0).Reverse());

    // Ids come from a service. An id with characters that are special on a command line is not offered.
    private static bool IsPlain(string id) => id.Length > 0 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static CompletionResult Result((string Id, string? Tip) known)
    {
        string tip = SafeText.ShowLine(known.Tip);
        if (tip.Length > LongestTip)
            tip = tip[..LongestTip] + "…";
        return new CompletionResult(known.Id, known.Id, CompletionResultType.ParameterValue, tip.Length == 0 ? known.Id : tip);
    }
}

/// <summary>Completes the id of a conversation object on the service; with <c>-Store</c>, the id of a stored conversation.</summary>
public sealed class ConversationIdCompleter : IdCompleter
{
    private protected override IEnumerable<(string Id, string? Tip)> Find(IDictionary? bound)
    {
        var known = Session.Current.Conversations.All;
        return Bound<QwenStore>(bound, "Store") is { } store
            ? StoreCompletions.List(store).Select(record => (record.Id, record.Name))
            .Concat(known.Where(used => used.Store == store).Select(used => (used.Place?.Id ?? used.Id, used.Name)))
            : known.Where(used => used is { ApiKind: QwenApi.Conversations, Held: not null }).Select(used => (used.Id, used.Name));
    }
}

/// <summary>
/// Completes a conversation argument with the names of the conversations in <c>-Store</c>. Without <c>-Store</c>, offers the conversations that this
/// session has used. A conversation without a name is offered by its id.
/// </summary>
public sealed class ConversationCompleter : IdCompleter
{
    private protected override IEnumerable<(string Id, string? Tip)> Find(IDictionary? bound) => Bound<QwenStore>(bound, "Store") is { } store
        ? StoreCompletions.List(store).Select(record => (record.Name ?? record.Id, (string?)record.Id))
        : Session.Current.Conversations.All.Select(used => (used.Name ?? used.Id, (string?)used.Id));
}

/// <summary>Completes the id of a response.</summary>
public sealed class ResponseIdCompleter : IdCompleter
{
    private protected override IEnumerable<(string Id, string? Tip)> Find(IDictionary? bound) =>
        Turns(Session.Current.Conversations.All).Where(turn => turn.Server is not null).Select(turn => (turn.ResponseId ?? "", (string?)turn.Message));
}

/// <summary>
/// Completes the id of an item in the conversation on the command line. Without a conversation, offers the items of all conversations that this session
/// has used.
/// </summary>
public sealed class ItemIdCompleter : IdCompleter
{
    private protected override IEnumerable<(string Id, string? Tip)> Find(IDictionary? bound)
    {
        var named = Bound<QwenConversation>(bound, "Conversation") ?? Bound<QwenReply>(bound, "Conversation")?.Conversation;
        return (named is null ? Session.Current.Conversations.All : [named]).SelectMany(conversation => conversation.Items.Reverse())
            .Select(item => (item.Id ?? "", (string?)$"{item.Role ?? item.Type}: {item.Text}"));
    }
}
