using System.Text.Json;

namespace QwenChat.Context;

/// <summary>Finds the conversations of a store. What is found can be used like any other; its turns are read when they are first needed.</summary>
internal static class StoreListing
{
    /// <summary>What the service's own ids of conversations begin with.</summary>
    private const string ServiceIdStart = "conv_";

    /// <summary>The conversations for whose name <paramref name="wanted"/> holds, the one used last first; null wants all.</summary>
    /// <exception cref="QwenException">The store cannot be read.</exception>
    public static async Task<IReadOnlyList<QwenConversation>> ListAsync(
        QwenStore store, Func<string?, bool>? wanted, QwenConnection connection, CancellationToken cancellation)
    {
        var records = await store.Backend.ListAsync(wanted, cancellation).ConfigureAwait(false);
        return records.Select(record => Open(store, record, connection)).ToArray();
    }

    /// <summary>The conversation of an id: the store's, or that of its object at the service.</summary>
    /// <exception cref="QwenException">There is none, or the store cannot be read.</exception>
    public static async Task<QwenConversation> FindAsync(QwenStore store, string id, QwenConnection connection, CancellationToken cancellation)
    {
        var record = await store.Backend.FindAsync(id, cancellation).ConfigureAwait(false);
        if (record is null && id.StartsWith(ServiceIdStart, StringComparison.Ordinal))
        {
            var all = await store.Backend.ListAsync(null, cancellation).ConfigureAwait(false);
            record = all.FirstOrDefault(other => other.Api == QwenApi.Conversations && ReadSettings(store, other).Held?.Id == id);
        }
        return record is not null ? Open(store, record, connection)
            : throw new QwenException(QwenErrorKind.NotFound, $"The store {store} has no conversation of the id '{id}'. By their names they are found with Get-QwenConversation -Store … -Name.");
    }

    private static QwenConversation Open(QwenStore store, ConversationRecord record, QwenConnection connection)
    {
        store.Remember(record.Name);
        var settings = ReadSettings(store, record);
        var conversation = new QwenConversation(record.Api, connection, settings.Options, record.Id, record.CreatedAt)
        {
            Name = record.Name,
            Metadata = settings.Metadata ?? new Dictionary<string, string>(),
            Stateless = settings.Stateless,
            PrefixBroken = settings.PrefixBroken,
            ContextPolicy = settings.ContextPolicy,
            CostLimit = settings.CostLimit,
            TokenLimit = settings.TokenLimit,
            Unread = new UnreadTurns(record.TurnCount, ReadTurnsAsync)
            {
                Usage = record.Usage,
                Counted = settings.Counted,
                LastResponseId = record.LastResponseId,
                ExpiresAt = record.Server?.ExpiresAt,
            },
        };
        conversation.ReplaceSummaries(SummaryList.Of(settings.Summaries ?? []));
        conversation.AddPending(Waiting(settings));
        AttachObject(conversation, settings);
        conversation.Place = new StorePlace(store) { Id = record.Id, Tip = record.Tip, Header = ConversationSettings.HeaderOf(conversation, record.Id) };
        return conversation;
    }

    /// <summary>Reads the turns that the conversation has now: it may have grown since it was listed.</summary>
    private static async Task ReadTurnsAsync(QwenConversation conversation, CancellationToken cancellation)
    {
        if (conversation is not { Unread: { } unread, Place: { } place })
            return;
        var record = await RequireAsync(place, conversation, cancellation).ConfigureAwait(false);
        var turns = record.Tip is { } tip ? await place.Store.Backend.ReadTurnsAsync(tip, cancellation).ConfigureAwait(false) : [];
        var path = new TurnPath();
        foreach (var turn in turns)
        {
            turn.SavedIn = place.Store;
            path = path.Append(turn);
        }
        var settings = ReadSettings(place.Store, record);
        var pending = Waiting(settings);
        conversation.TakeIn(unread, path, pending, record.Usage, settings.Counted, () =>
        {
            place.Tip = record.Tip;
            AttachObject(conversation, settings);
            if (conversation.Held is { } held)
                Hold(held, turns.SelectMany(turn => turn.Items).Concat(pending));
        });
    }

    /// <summary>What the store has of a conversation now.</summary>
    /// <exception cref="QwenException">It is not there any more, or the store cannot be read.</exception>
    public static async Task<ConversationRecord> RequireAsync(StorePlace place, QwenConversation conversation, CancellationToken cancellation) =>
        await place.Store.Backend.FindAsync(place.Id!, cancellation).ConfigureAwait(false)
            ?? throw new QwenException(QwenErrorKind.NotFound, $"{conversation} has been removed from the store {place.Store} since it was listed.");

    private static QwenItem[] Waiting(ConversationSettings settings) => (settings.Pending ?? []).Select(item => item.ToItem()).ToArray();

    private static void AttachObject(QwenConversation conversation, ConversationSettings settings)
    {
        if (settings.Held is { } held)
            conversation.Attach(new HeldConversation(held.Id, held.Address) { IsCertain = false, StoredExpiry = held.ExpiresAt });
    }

    /// <summary>Which items the service has is read before the next turn; until then it is taken to have all, none of them older than the oldest was.</summary>
    private static void Hold(HeldConversation held, IEnumerable<QwenItem> items)
    {
        var oldest = held.StoredExpiry - ServerState.Lifetime;
        foreach (var item in items.Where(item => Protocols.ServiceForm.Of(item) is not null).ToArray())
            held.Hold(item, null, oldest is null || item.CreatedAt > oldest ? item.CreatedAt : oldest);
    }

    private static ConversationSettings ReadSettings(QwenStore store, ConversationRecord record)
    {
        try
        {
            return ConversationSettings.Read(record.Settings);
        }
        catch (JsonException damaged)
        {
            throw new QwenException(QwenErrorKind.StoreIncompatible, $"What the store {store} has of the conversation '{record.Id}' cannot be read: {damaged.Message}", damaged);
        }
    }
}
