namespace QwenChat;

/// <summary>
/// A conversation object at the service, and which items of the transcript it holds. Every branch has its own: the items of shared
/// turns have other ids in each.
/// </summary>
/// <param name="id">The object's id, <c>conv_…</c>.</param>
/// <param name="address">The service's address, without path; state does not move between addresses.</param>
internal sealed class HeldConversation(string id, string address)
{
    private readonly Dictionary<QwenItem, HeldItem> _items = new(ReferenceEqualityComparer.Instance);

    public string Id { get; } = id;

    public string Address { get; } = address;

    /// <summary>False when something may have arrived, or not, without an answer: the items are to be read before they are counted on.</summary>
    public bool IsCertain { get; set; } = true;

    /// <summary>The user side of a turn that was sent and not taken into the transcript. If the service has it all the same, it is to go.</summary>
    public IReadOnlyList<QwenItem> Unsettled { get; set; } = [];

    /// <summary>What <see cref="ExpiresAt"/> was when the conversation was stored; counts until the items are known again.</summary>
    public DateTimeOffset? StoredExpiry { get; init; }

    /// <summary>When the first of the items is forgotten; null when there are none, or for some it is not known when they were added.</summary>
    public DateTimeOffset? ExpiresAt
    {
        get
        {
            lock (_items)
            {
                if (_items.Count == 0)
                    return StoredExpiry;
                DateTimeOffset? oldest = null;
                foreach (var held in _items.Values)
                {
                    if (held.AddedAt is null)
                        return null;
                    if (oldest is null || held.AddedAt < oldest)
                        oldest = held.AddedAt;
                }
                return oldest + ServerState.Lifetime;
            }
        }
    }

    /// <summary>True when the service does not tell since when it has some of the items.</summary>
    public bool HasUnknownTimes
    {
        get
        {
            lock (_items)
                return _items.Values.Any(held => held.AddedAt is null);
        }
    }

    /// <summary>What is known of an item; null when the service does not have it.</summary>
    public HeldItem? Find(QwenItem item)
    {
        lock (_items)
            return _items.TryGetValue(item, out var held) ? held : null;
    }

    /// <summary>What is known of the item that the service knows by an id.</summary>
    public (QwenItem Item, HeldItem Held)? FindById(string itemId)
    {
        lock (_items)
        {
            foreach (var (item, held) in _items)
            {
                if (held.Id == itemId)
                    return (item, held);
            }
        }
        return null;
    }

    /// <summary>Remembers that the service has an item; what was known before and is not said now stays.</summary>
    public void Hold(QwenItem item, string? itemId, DateTimeOffset? addedAt)
    {
        lock (_items)
        {
            var before = _items.GetValueOrDefault(item);
            _items[item] = new HeldItem(itemId ?? before.Id, before.AddedAt ?? addedAt);
        }
    }

    /// <summary>Remembers that the service does not have an item.</summary>
    public void Forget(QwenItem item)
    {
        lock (_items)
            _items.Remove(item);
    }
}

/// <summary>What is known of an item at the service.</summary>
/// <param name="Id">The id there; null while it is not known.</param>
/// <param name="AddedAt">Since when it is there; null where the service does not tell.</param>
internal readonly record struct HeldItem(string? Id, DateTimeOffset? AddedAt);
