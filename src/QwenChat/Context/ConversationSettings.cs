using System.Text.Json;
using System.Text.Json.Serialization;

namespace QwenChat.Context;

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
        Api = conversation.Api,
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
            Held = conversation.Held is { } held ? new ServiceObject(held.Id, held.Address, held.ExpiresAt) : null,
            ContextPolicy = conversation.ContextPolicy,
            Summaries = conversation.AllSummaries.All is { Count: > 0 } summaries ? summaries : null,
        }, s_json),
    };

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

    public QwenItem ToItem() => new(StoredItem.Check(Json), Id, Type ?? throw new JsonException("An item has no type."), Role) { Status = Status, CreatedAt = CreatedAt, ExpiresAt = ExpiresAt };
}

/// <summary>A conversation object at the service.</summary>
/// <param name="Id">Its id, <c>conv_…</c>.</param>
/// <param name="Address">The service's address.</param>
/// <param name="ExpiresAt">When the first of its items is forgotten; null when that is not known.</param>
internal sealed record ServiceObject(string Id, string Address, DateTimeOffset? ExpiresAt);
