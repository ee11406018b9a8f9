using QwenChat.Commands.SessionState;
using QwenChat.Model;
using QwenChat.Saving;
using QwenChat.Turn;

namespace QwenChat.Commands.Input;

/// <summary>
/// Finds the conversation that an argument stands for: an id or a name, in a store or among the session's, else an id at the service. A name
/// never causes a request.
/// </summary>
/// <param name="session">The session whose conversations are known.</param>
/// <param name="named">The connection that was named; null for the session's.</param>
/// <param name="store">The store to look in; null for the session and the service.</param>
/// <param name="notices">Told of what reading from the service has to say.</param>
internal sealed class ConversationLookup(Session session, QwenConnection? named, QwenStore? store, NoticeQueue notices)
{
    private const int LongestShown = 60;

    private static readonly string[] s_otherIds = ["local_", "msg_", "chatcmpl-"];

    /// <summary>What to say besides when there is none.</summary>
    public string? Hint { get; init; }

    /// <summary>Finds the one conversation, or the reply, of an id or a name.</summary>
    /// <exception cref="QwenException">There is none, or there are several of the name.</exception>
    public async Task<IQwenConversation> FindAsync(string text, CancellationToken cancellation)
    {
        var found = await FindAllAsync(text, cancellation).ConfigureAwait(false);
        return found.Count switch
        {
            1 => found[0],
            0 => throw NotFound(text),
            _ => throw Ambiguous(text, found.Select(one => one.Continue()).ToArray()),
        };
    }

    /// <summary>Reads the conversations of an id or a name as new objects: what the service or a store has now.</summary>
    /// <exception cref="QwenException">The text cannot be an id or a name, or the store or the service cannot be read.</exception>
    public async Task<IReadOnlyList<QwenConversation>> ReadAllAsync(string text, CancellationToken cancellation)
    {
        if (store is not null)
            return await FindInStoreAsync(store, text, mayBeOpen: false, cancellation).ConfigureAwait(false);
        if (await AttachAsync(text, cancellation).ConfigureAwait(false) is { } attached)
            return [attached];
        return (await FindAllAsync(text, cancellation).ConfigureAwait(false)).Select(found => found.Continue()).ToArray();
    }

    /// <summary>Refuses what cannot be the name of a conversation to begin: an id would be looked for at the service the next time.</summary>
    /// <exception cref="QwenException">It cannot be one.</exception>
    public static void CheckName(string name)
    {
        if (IsServiceId(name) || s_otherIds.Any(start => name.StartsWith(start, StringComparison.Ordinal)))
            throw new QwenException(QwenErrorKind.NotFound,
                $"No conversation '{Shorten(name)}', and -OrNew begins none of it: it is an id, and a new conversation gets its own. Give a name.");
        if (string.IsNullOrWhiteSpace(name) || name.Contains('*', StringComparison.Ordinal))
            throw new QwenException(QwenErrorKind.InvalidRequest, $"-OrNew needs the name of one conversation; '{Shorten(name)}' is none.");
    }

    /// <summary>Finds what an id stands for, else every conversation of a name; empty when there is none.</summary>
    /// <exception cref="QwenException">The text cannot be an id or a name, or the store or the service cannot be read.</exception>
    public async Task<IReadOnlyList<IQwenConversation>> FindAllAsync(string text, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(text))
            throw new QwenException(QwenErrorKind.InvalidRequest, "An empty string is neither the id nor the name of a conversation. Is the variable set?");
        if (store is not null)
            return await FindInStoreAsync(store, text, mayBeOpen: true, cancellation).ConfigureAwait(false);
        if (FindById(text) is { } known)
            return [known];
        var byName = Named(session.Conversations.All, text, conversation => conversation.Name).DistinctBy(conversation => conversation.Id).ToArray();
        if (byName.Length > 0)
            return byName;
        return await AttachAsync(text, cancellation).ConfigureAwait(false) is { } attached ? [attached] : [];
    }

    /// <summary>Whether a text that was taken for a message is the id or the name of a conversation of the session. Nothing is asked of the service.</summary>
    public bool IsKnown(string text) =>
        IsServiceId(text) || FindById(text) is not null
        || session.Conversations.All.Any(conversation => string.Equals(conversation.Name, text, StringComparison.OrdinalIgnoreCase));

    /// <summary>The error that nothing has this id or name.</summary>
    public QwenException NotFound(string text)
    {
        string shown = Shorten(text);
        if (store is not null)
            return new QwenException(QwenErrorKind.NotFound,
                $"No conversation '{shown}' in the store {store}. Get-QwenConversation -Store lists the conversations that it has.");
        if (text.StartsWith("local_", StringComparison.Ordinal))
            return new QwenException(QwenErrorKind.NotFound,
                $"No conversation '{shown}' in this session. No service keeps a conversation of such an id: name the store that has it with -Store.");
        string pattern = NamePattern.IsPattern(text) ? " Wildcards belong to Get-QwenConversation -Name, whose conversations can be piped." : "";
        return new QwenException(QwenErrorKind.NotFound,
            $"No conversation '{shown}' in this session. A conversation is given as an object, a reply, an id (conv_…, resp_…) or a name. "
            + $"Get-QwenConversation lists this session's; -Store looks for the name in a store.{pattern}{(Hint is null ? "" : " " + Hint)}");
    }

    /// <summary>Finds what an id of a store stands for, else every conversation of a name.</summary>
    /// <param name="place">The store.</param>
    /// <param name="text">The id or the name.</param>
    /// <param name="mayBeOpen">Whether the session's own object of a conversation is returned where it has all that the store has.</param>
    /// <param name="cancellation">Ends the reading.</param>
    private async Task<IReadOnlyList<QwenConversation>> FindInStoreAsync(QwenStore place, string text, bool mayBeOpen, CancellationToken cancellation)
    {
        if (mayBeOpen && await FindOpenAsync(place, text, cancellation).ConfigureAwait(false) is { } open)
            return [open];
        var connection = named ?? session.Connection;
        if (await StoreListing.FindByIdAsync(place, text, connection, cancellation).ConfigureAwait(false) is { } byId)
            return [byId];
        var found = new List<QwenConversation>();
        var entries = await place.Backend.ListAsync(name => string.Equals(name, text, StringComparison.OrdinalIgnoreCase), cancellation).ConfigureAwait(false);
        foreach (var entry in Named(entries, text, entry => entry.Name))
        {
            if (mayBeOpen && await FindOpenAsync(place, entry.Id, cancellation).ConfigureAwait(false) is { } same)
                found.Add(same);
            else if (await StoreListing.FindByIdAsync(place, entry.Id, connection, cancellation).ConfigureAwait(false) is { } loaded)
                found.Add(loaded);
        }
        return found;
    }

    /// <summary>
    /// The session's own object of a stored conversation, when it knows all that the store has: a second object would make a branch of
    /// whatever is said on the first one afterwards.
    /// </summary>
    private async Task<QwenConversation?> FindOpenAsync(QwenStore place, string id, CancellationToken cancellation)
    {
        var open = session.Conversations.All.Where(conversation => conversation.Place is { } kept && kept.Store == place
            && (kept.Id == id || conversation.Id == id)).ToArray();
        if (open.Length == 0)
            return null;
        var record = await place.Backend.FindAsync(open[0].Place!.Id ?? id, cancellation).ConfigureAwait(false);
        return open.FirstOrDefault(conversation => record is not null && conversation.Place is { } kept && (kept.IsBehind || kept.Tip == record.Tip));
    }

    private IQwenConversation? FindById(string id)
    {
        var known = session.Conversations.All;
        if (known.FirstOrDefault(conversation => (conversation.Id == id || conversation.Place?.Id == id) && IsReachable(conversation)) is { } own)
            return own;
        foreach (var conversation in known.Where(conversation => IsReachable(conversation)))
        {
            var path = conversation.Path;
            for (int i = path.Count - 1; i >= 0; i--)
            {
                if (path[i].ResponseId == id)
                    return new QwenReply(conversation, path.Take(i + 1), path[i]);
            }
        }
        return null;
    }

    // State that one address keeps is not known at another that was named.
    private bool IsReachable(QwenConversation conversation) =>
        named is null || (conversation.Held?.Address ?? conversation.Connection.Address) == named.Address;

    private async Task<QwenConversation?> AttachAsync(string id, CancellationToken cancellation)
    {
        if (id.StartsWith("msg_", StringComparison.Ordinal))
            throw new QwenException(QwenErrorKind.NotFound,
                $"No conversation '{Shorten(id)}': the id is that of one item. A conversation's begins with conv_, and a reply's is its ResponseId.");
        if (!IsServiceId(id))
            return null;
        var client = new QwenClient(named ?? session.Connection);
        return IsConversationId(id)
            ? await client.AttachToConversationAsync(id, new QwenOptions(), notices, cancellation).ConfigureAwait(false)
            : await client.AttachAsync(id, new QwenOptions(), stateless: false, notices, cancellation).ConfigureAwait(false);
    }

    private static bool IsServiceId(string text) =>
        IsConversationId(text) || text.StartsWith("resp_", StringComparison.Ordinal) || Guid.TryParseExact(text, "D", out _);

    private static bool IsConversationId(string text) => text.StartsWith("conv_", StringComparison.Ordinal);

    // Case does not count, unless that is all by which two differ.
    private static T[] Named<T>(IReadOnlyList<T> all, string name, Func<T, string?> nameOf)
    {
        var found = all.Where(one => string.Equals(nameOf(one), name, StringComparison.OrdinalIgnoreCase)).ToArray();
        var exact = found.Where(one => nameOf(one) == name).ToArray();
        return exact.Length > 0 ? exact : found;
    }

    /// <summary>The error for a name that several conversations have.</summary>
    public static QwenException Ambiguous(string text, IReadOnlyList<QwenConversation> found)
    {
        string ids = string.Join(", ", found.Take(5).Select(conversation => $"{conversation.Id} ({conversation.TurnCount} turns)"));
        return new(QwenErrorKind.InvalidRequest,
            $"{found.Count} conversations have the name '{Shorten(text)}'. Give the id of the one that is meant: {ids}{(found.Count > 5 ? ", …" : "")}.");
    }

    private static string Shorten(string text) => text.Length > LongestShown ? text[..LongestShown] + "…" : text;
}
