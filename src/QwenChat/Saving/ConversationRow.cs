using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Protocols.Json;

namespace QwenChat.Saving;

/// <summary>
/// The options and the state of a conversation, stored as one JSON object. The header and the turns are stored separately. Unknown members are
/// ignored.
/// </summary>
internal sealed record ConversationRow
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Converters = { new JsonStringEnumConverter() },
    };

    [JsonIgnore]
    public ConversationSettings Settings { get; init; } = new();

    /// <summary>True if the next request cannot begin with the bytes of the previous request.</summary>
    public bool PrefixBroken { get; init; }

    /// <summary>The amounts that count against limits, including undone turns and calls outside turns; null if the conversation has no limits.</summary>
    public LimitCount? Counted { get; init; }

    /// <summary>The usage and cost of calls outside turns; null if no such calls were made.</summary>
    public IReadOnlyList<CallLine>? Calls { get; init; }

    public IReadOnlyList<WaitingItem>? Pending { get; init; }

    /// <summary>The conversation object on the service; null if the conversation has no object.</summary>
    public ServiceObject? Held { get; init; }

    public IReadOnlyList<QwenSummary>? Summaries { get; init; }

    public static ConversationHeader HeaderOf(QwenConversation conversation, string id)
    {
        var settings = conversation.Settings;
        return new ConversationHeader
        {
            Id = id,
            Name = settings.Name,
            Api = conversation.ApiKind,
            Model = settings.Options.Model,
            CreatedAt = conversation.CreatedAt,
            Settings = new ConversationRow
            {
                Settings = settings,
                PrefixBroken = conversation.PrefixBroken,
                Counted = settings.CostLimit is null && settings.TokenLimit is null ? null : conversation.Counted,
                Calls = conversation.CallLines is { Count: > 0 } calls ? calls : null,
                Pending = conversation.Pending is { Count: > 0 } pending ? pending.Select(WaitingItem.Of).ToArray() : null,
                Held = conversation.Held is { } held ? ServiceObject.Of(held) : null,
                Summaries = conversation.AllSummaries.All is { Count: > 0 } summaries ? summaries : null,
            }.Write(),
        };
    }

    /// <summary>
    /// Applies the changes of another writer: the settings and, with <paramref name="withHistory"/>, the summaries, pending items and conversation object.
    /// </summary>
    public void ApplyTo(QwenConversation conversation, bool withHistory)
    {
        conversation.Change(known => Settings with
        {
            Name = known.Name,
            Stateless = known.Stateless,
            Tools = known.Tools,
            // A row contains no secrets, so full addresses and headers are taken from the local settings.
            Options = Settings.Options with
            {
                RemoteMcpServer = QwenRemoteMcpServer.Restore(Settings.Options.RemoteMcpServer, known.Options.RemoteMcpServer),
            },
        });
        if (!withHistory)
            return;
        if (Summaries is { } summaries && summaries.Count > conversation.AllSummaries.All.Count)
            conversation.ReplaceSummaries(SummaryList.Of(summaries));
        var known = conversation.Pending;
        // A pending item that another session added may already have been received from the service as part of a local turn.
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

    public string Write() => Encoding.UTF8.GetString(JsonBytes.Write(writer =>
    {
        writer.WriteStartObject();
        SettingsJson.Write(writer, Settings);
        if (PrefixBroken)
            writer.WriteBoolean("prefixBroken", true);
        WriteMember(writer, "counted", Counted);
        WriteMember(writer, "calls", Calls);
        WriteMember(writer, "pending", Pending);
        WriteMember(writer, "held", Held);
        WriteMember(writer, "summaries", Summaries);
        writer.WriteEndObject();
    }));

    /// <exception cref="JsonException">The text is not a valid row.</exception>
    public static ConversationRow Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        var row = document.RootElement.Deserialize<ConversationRow>(s_json) ?? throw new JsonException("the settings are missing.");
        var settings = SettingsJson.Read(new CheckedJson(document.RootElement, what => new JsonException(what)));
        // Earlier versions omitted keepVerbatim when it was 0.
        if (settings.ContextPolicy is { } policy && !document.RootElement.GetProperty("contextPolicy").TryGetProperty("keepVerbatim", out _))
            settings = settings with { ContextPolicy = policy with { KeepVerbatim = 0 } };
        return row with { Settings = settings };
    }

    private static void WriteMember<T>(Utf8JsonWriter writer, string name, T? value)
        where T : class
    {
        if (value is null)
            return;
        writer.WritePropertyName(name);
        JsonSerializer.Serialize(writer, value, s_json);
    }
}

/// <summary>A pending item. Its JSON is stored byte for byte.</summary>
internal sealed record WaitingItem(string? Id, string Type, string? Role, string? Status, DateTimeOffset? CreatedAt, DateTimeOffset? ExpiresAt, byte[] Json)
{
    public static WaitingItem Of(QwenItem item) => new(item.Id, item.Type, item.Role, item.Status, item.CreatedAt, item.ExpiresAt, item.Json.ToArray());

    public QwenItem ToItem() => new(StoredItem.Check(Json), Id, Type
        ?? throw new JsonException("an item has no type."), Role) { Status = Status, CreatedAt = CreatedAt, ExpiresAt = ExpiresAt };
}

/// <summary>A conversation object on the service.</summary>
/// <param name="Id">The object's id, <c>conv_…</c>.</param>
/// <param name="Address">The service's address.</param>
/// <param name="ExpiresAt">The time when the object's first item expires; null if the time is not known.</param>
internal sealed record ServiceObject(string Id, string Address, DateTimeOffset? ExpiresAt)
{
    /// <summary>True if the conversation object was attached by its id.</summary>
    public bool IsAttached { get; init; }

    /// <summary>The requests with an unknown outcome.</summary>
    public IReadOnlyList<WriteIntent>? Intents { get; init; }

    public static ServiceObject Of(RemoteConversation held) => new(held.Id, held.Address, held.ExpiresAt)
    {
        IsAttached = held.IsAttached,
        Intents = held.Intents is { Count: > 0 } intents ? intents : null,
    };

    /// <summary>Creates the local state of the conversation object. Its items are uncertain until they are read from the service.</summary>
    public RemoteConversation Hold() => new(Id, Address) { IsCertain = false, StoredExpiry = ExpiresAt, IsAttached = IsAttached, Intents = Intents ?? [] };
}
