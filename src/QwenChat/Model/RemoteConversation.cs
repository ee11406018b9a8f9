namespace QwenChat.Model;

/// <summary>
/// A conversation object at the service, and which items of the transcript it holds. Every branch has its own: the items of shared
/// turns have other ids in each.
/// </summary>
internal sealed class RemoteConversation
{
    private readonly Dictionary<QwenItem, HeldItem> _items = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<QwenItem> _lost = new(ReferenceEqualityComparer.Instance);
    private readonly ItemOwners _owners;
    private WriteIntent[] _intents = [];
    private long _changesSeen;

    /// <summary>Takes hold of an object.</summary>
    /// <param name="id">The object's id, <c>conv_…</c>.</param>
    /// <param name="address">The service's address, without path; state does not move between addresses.</param>
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

    /// <summary>This object, for whoever must not keep it alive.</summary>
    public WeakReference<RemoteConversation> Reference { get; }

    /// <summary>True for an object that was attached to by its id: others may use it too.</summary>
    public bool IsAttached { get; init; }

    /// <summary>False when something may have arrived, or not, without an answer: the items are to be read before they are counted on.</summary>
    public bool IsCertain { get; set; } = true;

    /// <summary>True when the service has the items in another order than the transcript, or only the beginning of one.</summary>
    public bool IsOutOfOrder { get; set; }

    /// <summary>True when the service has only the beginning of an answer, until the object is rebuilt.</summary>
    public bool HasParts { get; set; }

    /// <summary>True when the ids in answers were found to be those that the service lists.</summary>
    public bool AnswersNameItems { get; set; }

    /// <summary>Whether another conversation of this process has changed the object since it was last looked at, or may be doing so.</summary>
    public bool WasChangedByOthers => _owners.Changes != _changesSeen || _owners.HasOthersOpen(this);

    /// <summary>What <see cref="ExpiresAt"/> was when the conversation was stored; counts until the items are known again.</summary>
    public DateTimeOffset? StoredExpiry { get; init; }

    /// <summary>The requests whose outcome is not known, oldest first.</summary>
    public IReadOnlyList<WriteIntent> Intents
    {
        get => Volatile.Read(ref _intents);
        init
        {
            foreach (var intent in value)
                Record(intent);
        }
    }

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

    /// <summary>Records a request before it is sent, or what is known of it now.</summary>
    public void Record(WriteIntent intent)
    {
        lock (_items)
        {
            int at = Array.FindIndex(_intents, known => known.Id == intent.Id);
            Volatile.Write(ref _intents, at < 0 ? [.. _intents, intent] : [.. _intents[..at], intent, .. _intents[(at + 1)..]]);
        }
        _owners.Open(intent.Id, this);
    }

    /// <summary>Settles a request: its outcome is known.</summary>
    public void Settle(string intentId)
    {
        lock (_items)
            Volatile.Write(ref _intents, Array.FindAll(_intents, intent => intent.Id != intentId));
        _owners.Close(intentId);
    }

    /// <summary>The object was changed from here.</summary>
    public void Changed()
    {
        bool wasCurrent = _owners.Changes == _changesSeen;
        long now = _owners.Changed();
        if (wasCurrent && now == _changesSeen + 1)
            _changesSeen = now;
    }

    /// <summary>Remembers up to which of the changes of this process the object is known.</summary>
    /// <param name="changes">What <see cref="Changes"/> was before the items were read.</param>
    public void Seen(long changes) => _changesSeen = changes;

    /// <summary>How many changes the conversations of this process have made to the object.</summary>
    public long Changes => _owners.Changes;

    /// <summary>Whether another conversation of this process has an item in its transcript.</summary>
    public bool IsOthers(string itemId) => _owners.IsOthers(itemId, this);

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
    /// <param name="item">The item.</param>
    /// <param name="itemId">Its id there; null when it is not known.</param>
    /// <param name="addedAt">Since when it is there.</param>
    /// <param name="isListed">Whether the id is the object's own, as it lists it or gave it when the item was added.</param>
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

    /// <summary>Remembers that the service does not have an item: it was taken away there, or never came there.</summary>
    public void Forget(QwenItem item)
    {
        lock (_items)
        {
            _items.Remove(item);
            _lost.Remove(item);
        }
    }

    /// <summary>Remembers that the service no longer has an item that it had.</summary>
    public void Lose(QwenItem item)
    {
        lock (_items)
        {
            if (_items.Remove(item))
                _lost.Add(item);
        }
    }

    /// <summary>Whether the service had an item and lost it.</summary>
    public bool HasLost(QwenItem item)
    {
        lock (_items)
            return _lost.Contains(item);
    }
}

/// <summary>What is known of an item at the service.</summary>
/// <param name="Id">The id there; null while it is not known.</param>
/// <param name="AddedAt">Since when it is there; null where the service does not tell.</param>
/// <param name="IsListed">Whether the id is the object's own. An answer's may be another.</param>
internal readonly record struct HeldItem(string? Id, DateTimeOffset? AddedAt, bool IsListed);
