using System.Collections.Concurrent;

namespace QwenChat.Model;

/// <summary>
/// Which items of a conversation object belong to whom among the conversations of this process that use it. What one of them knows as its own
/// is not another's lost request, however alike the words are.
/// </summary>
internal sealed class ItemOwners
{
    private static readonly ConcurrentDictionary<(string Address, string Id), WeakReference<ItemOwners>> s_all = new();

    private readonly ConcurrentDictionary<string, WeakReference<RemoteConversation>> _owners = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, WeakReference<RemoteConversation>> _open = new(StringComparer.Ordinal);
    private long _changes;

    /// <summary>Grows with every change that one of the conversations makes to the object.</summary>
    public long Changes => Volatile.Read(ref _changes);

    /// <summary>The owners of an object's items; the same as long as a conversation uses it.</summary>
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

    /// <summary>Remembers that an item is in a conversation's transcript.</summary>
    public void Add(string itemId, RemoteConversation owner) =>
        _owners.AddOrUpdate(itemId, owner.Reference, (_, known) => known.TryGetTarget(out RemoteConversation? _) ? known : owner.Reference);

    /// <summary>Whether another conversation of this process has an item in its transcript.</summary>
    public bool IsOthers(string itemId, RemoteConversation asking) =>
        _owners.TryGetValue(itemId, out var reference) && reference.TryGetTarget(out var owner) && owner != asking;

    /// <summary>A conversation's request is open: what it adds may appear at any time.</summary>
    public void Open(string intentId, RemoteConversation owner) => _open[intentId] = owner.Reference;

    /// <summary>The outcome of a request is known.</summary>
    public void Close(string intentId) => _open.TryRemove(intentId, out _);

    /// <summary>Whether a request of another conversation is open.</summary>
    public bool HasOthersOpen(RemoteConversation asking) =>
        !_open.IsEmpty && _open.Values.Any(reference => reference.TryGetTarget(out var owner) && owner != asking);

    /// <summary>The object was changed.</summary>
    /// <returns>The number of the change.</returns>
    public long Changed() => Interlocked.Increment(ref _changes);
}
