using System.Collections.Concurrent;

namespace QwenChat.Model;

/// <summary>
/// Tracks which conversation of this process owns each item of a shared conversation object. An item is therefore never mistaken for an item with the same
/// text in a lost request of another conversation.
/// </summary>
internal sealed class ItemOwners
{
    private static readonly ConcurrentDictionary<(string Address, string Id), WeakReference<ItemOwners>> s_all = new();

    private readonly ConcurrentDictionary<string, WeakReference<RemoteConversation>> _owners = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, WeakReference<RemoteConversation>> _open = new(StringComparer.Ordinal);
    private long _changes;

    /// <summary>A counter that increases with every change that a conversation of this process makes to the object.</summary>
    public long Changes => Volatile.Read(ref _changes);

    /// <summary>Returns the item owners of a conversation object. All conversations of this process that use the object share one instance.</summary>
    public static ItemOwners Of(string address, string id)
    {
        while (true)
        {
            var reference = s_all.GetOrAdd((address, id), _ => new WeakReference<ItemOwners>(new ItemOwners()));
            if (reference.TryGetTarget(out var owners))
                return owners;
            s_all.TryRemove(new KeyValuePair<(string, string), WeakReference<ItemOwners>>((address, id), reference));
        }
    }

    /// <summary>Records that an item is in a conversation's transcript.</summary>
    public void Add(string itemId, RemoteConversation owner) =>
        _owners.AddOrUpdate(itemId, owner.Reference, (_, known) => known.TryGetTarget(out RemoteConversation? _) ? known : owner.Reference);

    /// <summary>Returns whether an item is in the transcript of another conversation of this process.</summary>
    public bool IsOthers(string itemId, RemoteConversation asking) =>
        _owners.TryGetValue(itemId, out var reference) && reference.TryGetTarget(out var owner) && owner != asking;

    /// <summary>Records that a conversation's request is in flight: the request's items may appear in the object at any time.</summary>
    public void Open(string intentId, RemoteConversation owner) => _open[intentId] = owner.Reference;

    /// <summary>Records that the outcome of a request is known.</summary>
    public void Close(string intentId) => _open.TryRemove(intentId, out _);

    public bool HasOthersOpen(RemoteConversation asking) =>
        !_open.IsEmpty && _open.Values.Any(reference => reference.TryGetTarget(out var owner) && owner != asking);

    /// <summary>Records a change to the object.</summary>
    /// <returns>The number of the change.</returns>
    public long Changed() => Interlocked.Increment(ref _changes);
}
