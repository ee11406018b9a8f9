using System.Text.Json;
using System.Text.Json.Serialization;
using QwenChat.Cost;
using QwenChat.Model;

namespace QwenChat.Saving;

/// <summary>What a stored conversation is resumed with, besides its header and turns. Members that a version does not know are passed over.</summary>
internal sealed record ConversationSettings
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Converters = { new JsonStringEnumConverter() },
    };

    public QwenOptions Options { get; init; } = new();

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    public bool Stateless { get; init; }

    /// <summary>True when the next request cannot begin with the bytes of the one before.</summary>
    public bool PrefixBroken { get; init; }

    public decimal? CostLimit { get; init; }

    public long? TokenLimit { get; init; }

    /// <summary>What counts towards the limits, turns that were taken back and calls that are no turns included; null where there are no limits.</summary>
    public LimitCount? Counted { get; init; }

    /// <summary>Items that wait for the next turn.</summary>
    public IReadOnlyList<WaitingItem>? Pending { get; init; }

    /// <summary>The conversation object at the service; null where there is none.</summary>
    public ServiceObject? Held { get; init; }

    public QwenContextPolicy? ContextPolicy { get; init; }

    public IReadOnlyList<QwenSummary>? Summaries { get; init; }

    /// <summary>The header under which a conversation is stored.</summary>
    public static ConversationHeader HeaderOf(QwenConversation conversation, string id) => new()
    {
        Id = id,
        Name = conversation.Name,
        Api = conversation.ApiKind,
        Model = conversation.Options.Model,
        CreatedAt = conversation.CreatedAt,
        Settings = JsonSerializer.Serialize(new ConversationSettings
        {
            Options = conversation.Options,
            Metadata = conversation.Metadata.Count > 0 ? conversation.Metadata : null,
            Stateless = conversation.Stateless,
            PrefixBroken = conversation.PrefixBroken,
            CostLimit = conversation.CostLimit,
            TokenLimit = conversation.TokenLimit,
            Counted = conversation.CostLimit is null && conversation.TokenLimit is null ? null : conversation.Counted,
            Pending = conversation.Pending is { Count: > 0 } pending ? pending.Select(WaitingItem.Of).ToArray() : null,
            Held = conversation.Held is { } held ? ServiceObject.Of(held) : null,
            ContextPolicy = conversation.ContextPolicy,
            Summaries = conversation.AllSummaries.All is { Count: > 0 } summaries ? summaries : null,
        }, s_json),
    };

    /// <summary>Gives a conversation the settings that another writer has changed; what is as it is stays the same object.</summary>
    public void ApplyTo(QwenConversation conversation, bool withHistory)
    {
        conversation.Options = Options;
        conversation.Metadata = Metadata ?? new Dictionary<string, string>();
        conversation.CostLimit = CostLimit;
        conversation.TokenLimit = TokenLimit;
        conversation.ContextPolicy = ContextPolicy;
        if (!withHistory)
            return;
        if (Summaries is { } summaries && summaries.Count > conversation.AllSummaries.All.Count)
            conversation.ReplaceSummaries(SummaryList.Of(summaries));
        var known = conversation.Pending;
        // What another session has waiting may have been found at the service already, and be in a turn here.
        var taken = conversation.Path.From(0).SelectMany(turn => turn.Items).Select(item => item.Id).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var pending = (Pending ?? []).Where(item => item.Id is null || !taken.Contains(item.Id))
            .Select(item => known.FirstOrDefault(mine => item.Id is not null && mine.Id == item.Id) ?? item.ToItem()).ToArray();
        bool changed = !pending.SequenceEqual(known);
        if (changed)
            conversation.ReplacePending(pending);
        if (Held?.Id != conversation.Held?.Id)
        {
            if (Held is { } other)
                conversation.Attach(other.Hold());
            else
                conversation.Detach();
        }
        else if (conversation.Held is { } held)
        {
            foreach (var settled in held.Intents.Where(intent => Held!.Intents?.Any(open => open.Id == intent.Id) != true).ToArray())
                held.Settle(settled.Id);
            foreach (var intent in Held!.Intents ?? [])
                held.Record(intent);
            held.IsCertain &= !changed;
        }
    }

    public string Write() => JsonSerializer.Serialize(this, s_json);

    /// <exception cref="JsonException">The text is not such an object.</exception>
    public static ConversationSettings Read(string json)
    {
        var settings = JsonSerializer.Deserialize<ConversationSettings>(json, s_json);
        return settings is { Options: not null } ? settings : throw new JsonException("There are no settings.");
    }
}

/// <summary>An item that no turn holds yet, byte for byte.</summary>
internal sealed record WaitingItem(string? Id, string Type, string? Role, string? Status, DateTimeOffset? CreatedAt, DateTimeOffset? ExpiresAt, byte[] Json)
{
    public static WaitingItem Of(QwenItem item) => new(item.Id, item.Type, item.Role, item.Status, item.CreatedAt, item.ExpiresAt, item.Json.ToArray());

    public QwenItem ToItem() => new(StoredItem.Check(Json), Id, Type
        ?? throw new JsonException("An item has no type."), Role) { Status = Status, CreatedAt = CreatedAt, ExpiresAt = ExpiresAt };
}

/// <summary>A conversation object at the service.</summary>
/// <param name="Id">Its id, <c>conv_…</c>.</param>
/// <param name="Address">The service's address.</param>
/// <param name="ExpiresAt">When the first of its items is forgotten; null when that is not known.</param>
internal sealed record ServiceObject(string Id, string Address, DateTimeOffset? ExpiresAt)
{
    /// <summary>True for an object that was attached to by its id.</summary>
    public bool IsAttached { get; init; }

    /// <summary>The requests whose outcome is not known.</summary>
    public IReadOnlyList<WriteIntent>? Intents { get; init; }

    public static ServiceObject Of(RemoteConversation held) => new(held.Id, held.Address, held.ExpiresAt)
    {
        IsAttached = held.IsAttached,
        Intents = held.Intents is { Count: > 0 } intents ? intents : null,
    };

    /// <summary>The object, for a conversation that takes it up. Its items are read before they are counted on.</summary>
    public RemoteConversation Hold() => new(Id, Address) { IsCertain = false, StoredExpiry = ExpiresAt, IsAttached = IsAttached, Intents = Intents ?? [] };
}
