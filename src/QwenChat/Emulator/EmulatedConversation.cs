using System.Text.Json.Nodes;

namespace QwenChat.Emulator;

/// <summary>A conversation object. The object never expires, but its items do (wire §3).</summary>
internal sealed class EmulatedConversation(string id, DateTimeOffset createdAt, EmulatorClock clock)
{
    private readonly List<EmulatedItem> _items = [];

    public string Id { get; } = id;

    public DateTimeOffset CreatedAt { get; } = createdAt;

    public JsonObject Metadata { get; set; } = [];

    /// <summary>True if the object was deleted. Its items are not deleted.</summary>
    public bool IsDeleted { get; set; }

    /// <summary>The items that have not expired, oldest first.</summary>
    public IReadOnlyList<EmulatedItem> Items
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

    public void Add(IEnumerable<EmulatedItem> items)
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
