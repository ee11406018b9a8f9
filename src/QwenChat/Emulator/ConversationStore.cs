using System.Text.Json.Nodes;

namespace QwenChat.Emulator;

/// <summary>A conversation object. It never expires; its items do (qwen-api §3).</summary>
internal sealed class StoredConversation(string id, DateTimeOffset createdAt, EmulatorClock clock)
{
    private readonly List<StoredItem> _items = [];

    public string Id { get; } = id;

    public DateTimeOffset CreatedAt { get; } = createdAt;

    public JsonObject Metadata { get; set; } = [];

    /// <summary>True when the object was deleted. Its items are not deleted with it.</summary>
    public bool IsDeleted { get; set; }

    /// <summary>The items that have not expired, oldest first.</summary>
    public IReadOnlyList<StoredItem> Items
    {
        get
        {
            lock (_items)
            {
                var now = clock.Now;
                _items.RemoveAll(item => item.IsExpired(now));
                return _items.ToArray();
            }
        }
    }

    public void Add(IEnumerable<StoredItem> items)
    {
        lock (_items)
            _items.AddRange(items);
    }

    public bool Remove(string itemId)
    {
        lock (_items)
            return _items.RemoveAll(item => item.Id == itemId && !item.IsExpired(clock.Now)) > 0;
    }
}

/// <summary>The conversation objects that the service keeps.</summary>
internal sealed class ConversationStore(EmulatorClock clock)
{
    private readonly Dictionary<string, StoredConversation> _conversations = [];

    public StoredConversation Create()
    {
        var conversation = new StoredConversation("conv_" + Guid.NewGuid().ToString("N"), clock.Now, clock);
        lock (_conversations)
            _conversations.Add(conversation.Id, conversation);
        return conversation;
    }

    /// <exception cref="ApiRefusal">There is none, or it was deleted.</exception>
    public StoredConversation Get(string id) => Find(id) is { IsDeleted: false } conversation ? conversation : throw NotFound(id);

    /// <summary>The same, but the items of a deleted conversation can still be reached, as they were not deleted (assumed: documented is only that they stay).</summary>
    /// <exception cref="ApiRefusal">There is none.</exception>
    public StoredConversation GetForItems(string id) => Find(id) ?? throw NotFound(id);

    private StoredConversation? Find(string id)
    {
        lock (_conversations)
            return _conversations.GetValueOrDefault(id);
    }

    /// <summary>Neither status nor text are documented (qwen-api §3): assumed as for responses.</summary>
    private static ApiRefusal NotFound(string id) => ApiRefusal.Parameter($"Conversation with id '{id}' not found.");
}
