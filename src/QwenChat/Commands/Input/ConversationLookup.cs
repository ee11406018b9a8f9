using QwenChat.Commands.SessionState;
using QwenChat.Model;
using QwenChat.Saving;
using QwenChat.Text;
using QwenChat.Turn;

namespace QwenChat.Commands.Input;

/// <summary>
/// Finds conversations by id or name, in a store or in the session. Without a store, ids are also looked up on the service. A name never causes a request.
/// </summary>
/// <param name="session">The session with the known conversations.</param>
/// <param name="named">The connection from the command line; null to use the session's connection.</param>
/// <param name="store">The store to search; null to search the session and the service.</param>
/// <param name="notices">Receives the notices that are written when a conversation is read from the service.</param>
internal sealed class ConversationLookup(Session session, QwenConnection? named, QwenStore? store, NoticeQueue notices)
{
    private const int LongestShown = 60;

    private static readonly string[] s_otherIds = ["local_", "msg_", "chatcmpl-"];

    /// <summary>An additional hint for the error if nothing is found.</summary>
    public string? Hint { get; init; }

    /// <summary>Finds the conversation or reply with an id or a name.</summary>
    /// <exception cref="QwenException">Nothing was found, or several conversations have the name.</exception>
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

    /// <summary>
    /// Finds the conversations with an id or a name. Stored conversations and conversations with a service id are read into new objects; otherwise, the
    /// session's existing objects are returned.
    /// </summary>
    /// <exception cref="QwenException">The text is not valid as an id or a name, or the store or the service cannot be read.</exception>
    public async Task<IReadOnlyList<QwenConversation>> ReadAllAsync(string text, CancellationToken cancellation)
    {
        if (store is not null)
            return await FindInStoreAsync(store, text, mayBeOpen: false, cancellation).ConfigureAwait(false);
        if (await AttachAsync(text, cancellation).ConfigureAwait(false) is { } attached)
            return [attached];
        return (await FindAllAsync(text, cancellation).ConfigureAwait(false)).Select(found => found.Continue()).ToArray();
    }

    /// <summary>
    /// Rejects text that cannot be the name of a new conversation. A name in the form of an id is rejected, because lookups would treat it as an id.
    /// </summary>
    /// <exception cref="QwenException">The text is not valid as a name.</exception>
    public static void CheckName(string name)
    {
        if (IsServiceId(name) || s_otherIds.Any(start => name.StartsWith(start, StringComparison.Ordinal)))
            throw new QwenException(QwenErrorKind.NotFound,
                $"There is no conversation '{Shorten(name)}', and -OrNew cannot begin one with this id, because a new conversation gets a new id. Use a name.");
        if (string.IsNullOrWhiteSpace(name) || name.Contains('*', StringComparison.Ordinal))
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"-OrNew needs the name of one conversation, but '{Shorten(name)}' is blank or contains '*'.");
    }

    /// <summary>Finds the conversation with an id, or every conversation with a name; empty if there is none.</summary>
    /// <exception cref="QwenException">The text is not valid as an id or a name, or the store or the service cannot be read.</exception>
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

    /// <summary>Returns whether text has the form of a service id, or is the id or the name of a conversation of the session. Sends no request.</summary>
    public bool IsKnown(string text) =>
        IsServiceId(text) || FindById(text) is not null
        || session.Conversations.All.Any(conversation => string.Equals(conversation.Name, text, StringComparison.OrdinalIgnoreCase));

    public QwenException NotFound(string text)
    {
        string shown = Shorten(text);
        if (store is not null)
            return new QwenException(QwenErrorKind.NotFound,
                $"The store {store} has no conversation '{shown}'. Use Get-QwenConversation -Store to list its conversations.");
        if (text.StartsWith("local_", StringComparison.Ordinal))
            return new QwenException(QwenErrorKind.NotFound,
                $"This session has no conversation '{shown}'. Local ids such as this one do not exist on the service. Specify the conversation's store with "
                    + "-Store.");
        string pattern = NamePattern.IsPattern(text) ? " For wildcards, use Get-QwenConversation -Name and pipe its output." : "";
        return new QwenException(QwenErrorKind.NotFound,
            $"This session has no conversation '{shown}'. Specify a conversation as an object, a reply, an id (conv_…, resp_…) or a name. "
            + $"Use Get-QwenConversation to list the conversations of this session, or -Store to search a store.{pattern}{(Hint is null ? "" : " " + Hint)}");
    }

    /// <summary>Finds the conversation with an id in a store, or every conversation with a name.</summary>
    /// <param name="place">The store.</param>
    /// <param name="text">The id or the name.</param>
    /// <param name="mayBeOpen">Whether to return the session's existing object for a conversation, if it contains all stored turns.</param>
    /// <param name="cancellation">Cancels the lookup.</param>
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
    /// Returns the session's existing object for a stored conversation, if it contains all stored turns. Turns added through two objects would end up in
    /// separate branches.
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

    // With -Connection, only conversations on the same server are found, because state on one server does not exist on another server.
    private bool IsReachable(QwenConversation conversation) =>
        named is null || (conversation.Held?.Address ?? conversation.Connection.Address) == named.Address;

    private async Task<QwenConversation?> AttachAsync(string id, CancellationToken cancellation)
    {
        if (id.StartsWith("msg_", StringComparison.Ordinal))
            throw new QwenException(QwenErrorKind.NotFound,
                $"'{Shorten(id)}' is the id of an item, not of a conversation. A conversation id begins with conv_. For a reply, use its ResponseId.");
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

    // Names are case-insensitive, but exact matches take precedence.
    private static T[] Named<T>(IReadOnlyList<T> all, string name, Func<T, string?> nameOf)
    {
        var found = all.Where(one => string.Equals(nameOf(one), name, StringComparison.OrdinalIgnoreCase)).ToArray();
        var exact = found.Where(one => nameOf(one) == name).ToArray();
        return exact.Length > 0 ? exact : found;
    }

    public static QwenException Ambiguous(string text, IReadOnlyList<QwenConversation> found)
    {
        string ids = string.Join(", ", found.Take(5).Select(conversation => $"{conversation.Id} ({Quantity.Of(conversation.TurnCount, "turn")})"));
        return new(QwenErrorKind.InvalidRequest,
            $"{found.Count} conversations have the name '{Shorten(text)}'. Specify one of their ids: {ids}{(found.Count > 5 ? ", …" : "")}.");
    }

    private static string Shorten(string text) => text.Length > LongestShown ? text[..LongestShown] + "…" : text;
}
