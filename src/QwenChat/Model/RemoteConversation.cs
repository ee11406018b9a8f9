namespace QwenChat.Model;

/// <summary>
/// A conversation object on the service, and a record of the transcript items that it contains. Every branch has its own object, in which the items of
/// shared turns have different ids.
/// </summary>
internal sealed class RemoteConversation
{
    private readonly Dictionary<QwenItem, HeldItem> _items = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<QwenItem> _lost = new(ReferenceEqualityComparer.Instance);
    private readonly ItemOwners _owners;
    private WriteIntent[] _intents = [];
    private long _changesSeen;

    /// <param name="id">The object's id, <c>conv_…</c>.</param>
    /// <param name="address">The service's address without a path; state cannot be moved between addresses.</param>
    public RemoteConversation(string id, string address)
    {
        Id = id;
        Address = address;
        Reference = new WeakReference<RemoteConversation>(this);
        _owners = ItemOwners.Of(address, id);
        _changesSeen = _owners.Changes;
    }

    public string Id { get; }

    public string Address { get; }

    /// <summary>A weak reference to this instance, for holders that must not keep the instance alive.</summary>
    public WeakReference<RemoteConversation> Reference { get; }

    /// <summary>True for an object that was attached by its id. Other clients may also use such an object.</summary>
    public bool IsAttached { get; init; }

    /// <summary>False if the outcome of a request is unknown. The items must then be read before the local state is used.</summary>
    public bool IsCertain { get; set; } = true;

    /// <summary>True if the service has the items in a different order from the transcript, or only the beginning of an item.</summary>
    public bool IsOutOfOrder { get; set; }

    /// <summary>True if the service was found to have only the beginning of a reply. Reset when the object is rebuilt.</summary>
    public bool HasParts { get; set; }

    /// <summary>True if the ids in responses have been found to match the ids that the service lists.</summary>
    public bool AnswersNameItems { get; set; }

    /// <summary>Whether another conversation of this process has changed the object since the last check, or has a request in flight.</summary>
    public bool WasChangedByOthers => _owners.Changes != _changesSeen || _owners.HasOthersOpen(this);

    /// <summary>The stored value of <see cref="ExpiresAt"/>; used until the items have been read again.</summary>
    public DateTimeOffset? StoredExpiry { get; init; }

    /// <summary>The requests with unknown outcome, oldest first.</summary>
    public IReadOnlyList<WriteIntent> Intents
    {
        get => Volatile.Read(ref _intents);
        init
        {
            foreach (var intent in value)
                Record(intent);
        }
    }

    /// <summary>
    /// The time when the first item expires; null if the service does not report when some items were added. If no items are known, the stored time is
    /// returned.
    /// </summary>
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

    /// <summary>True if it is not known when some of the items were added.</summary>
    public bool HasUnknownTimes
    {
        get
        {
            lock (_items)
                return _items.Values.Any(held => held.AddedAt is null);
        }
    }

    /// <summary>Records a request before it is sent, or updates its record.</summary>
    public void Record(WriteIntent intent)
    {
        lock (_items)
        {
            int at = Array.FindIndex(_intents, known => known.Id == intent.Id);
            Volatile.Write(ref _intents, at < 0 ? [.. _intents, intent] : [.. _intents[..at], intent, .. _intents[(at + 1)..]]);
        }
        _owners.Open(intent.Id, this);
    }

    /// <summary>Removes the record of a request whose outcome is known.</summary>
    public void Settle(string intentId)
    {
        lock (_items)
            Volatile.Write(ref _intents, Array.FindAll(_intents, intent => intent.Id != intentId));
        _owners.Close(intentId);
    }

    /// <summary>Records that this conversation changed the object.</summary>
    public void Changed()
    {
        bool wasCurrent = _owners.Changes == _changesSeen;
        long now = _owners.Changed();
        if (wasCurrent && now == _changesSeen + 1)
            _changesSeen = now;
    }

    /// <summary>Records which changes by this process the local state includes.</summary>
    /// <param name="changes">The value of <see cref="Changes"/> before the items were read.</param>
    public void Seen(long changes) => _changesSeen = changes;

    public long Changes => _owners.Changes;

    public bool IsOthers(string itemId) => _owners.IsOthers(itemId, this);

    /// <summary>Returns the known details of an item on the service; null if the service is not known to have the item.</summary>
    public HeldItem? Find(QwenItem item)
    {
        lock (_items)
            return _items.TryGetValue(item, out var held) ? held : null;
    }

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

    /// <summary>Records that the service has an item. Known details that are not specified again are kept.</summary>
    /// <param name="item">The item.</param>
    /// <param name="itemId">The item's id on the service; null if the id is not known.</param>
    /// <param name="addedAt">The time when the item was added.</param>
    /// <param name="isListed">Whether the id comes from the object's item list or from adding the item, not from a model's response.</param>
    public void Hold(QwenItem item, string? itemId, DateTimeOffset? addedAt, bool isListed = true)
    {
        lock (_items)
        {
            var before = _items.GetValueOrDefault(item);
            _items[item] = new HeldItem(itemId ?? before.Id, before.AddedAt ?? addedAt, itemId is null ? before.IsListed : isListed);
            _lost.Remove(item);
        }
        if (itemId is not null)
            _owners.Add(itemId, this);
    }

    /// <summary>Removes the details of an item that was removed from the object, never arrived there, or is added to it again.</summary>
    public void Forget(QwenItem item)
    {
        lock (_items)
        {
            _items.Remove(item);
            _lost.Remove(item);
        }
    }

    /// <summary>Removes the details of an item that the service had but lost.</summary>
    public void Lose(QwenItem item)
    {
        lock (_items)
        {
            if (_items.Remove(item))
                _lost.Add(item);
        }
    }

    public bool HasLost(QwenItem item)
    {
        lock (_items)
            return _lost.Contains(item);
    }
}

/// <summary>The details of an item on the service.</summary>
/// <param name="Id">The id on the service; null while it is not known.</param>
/// <param name="AddedAt">The time when the item was added; null if the service does not report it.</param>
/// <param name="IsListed">Whether the id comes from the object's item list or from adding the item. The id in a model's response may differ.</param>
internal readonly record struct HeldItem(string? Id, DateTimeOffset? AddedAt, bool IsListed);
