using System.Runtime.CompilerServices;

namespace QwenChat.Commands.SessionState;

/// <summary>
/// The conversations that a session has used, to list and to find by id or name. The newest are kept alive, so that a name works whether or
/// not a variable still refers to the conversation; older ones are listed only while something else refers to them.
/// </summary>
internal sealed class KnownConversations
{
    // Fewer unnamed conversations are kept, because a bulk run may create thousands of them, each with media.
    private const int MostNamed = 100, MostUnnamed = 10;

    private readonly ConditionalWeakTable<QwenConversation, StrongBox<long>> _lastUse = [];
    private readonly LinkedList<QwenConversation> _named = [], _unnamed = [];
    private long _uses;

    /// <summary>Records that a conversation is used, or was renamed.</summary>
    public void Add(QwenConversation conversation)
    {
        lock (_lastUse)
        {
            _lastUse.AddOrUpdate(conversation, new StrongBox<long>(++_uses));
            _named.Remove(conversation);
            _unnamed.Remove(conversation);
            var (list, most) = conversation.Name is null ? (_unnamed, MostUnnamed) : (_named, MostNamed);
            list.AddLast(conversation);
            if (list.Count > most)
                list.RemoveFirst();
        }
    }

    /// <summary>Removes a deleted conversation and all other objects that represent the same conversation.</summary>
    public void Remove(QwenConversation conversation)
    {
        lock (_lastUse)
        {
            foreach (var (gone, _) in _lastUse.Where(known => known.Key == conversation || known.Key.Id == conversation.Id).ToArray())
            {
                _lastUse.Remove(gone);
                _named.Remove(gone);
                _unnamed.Remove(gone);
            }
        }
    }

    /// <summary>Returns the conversations still in use, most recently used first.</summary>
    public IReadOnlyList<QwenConversation> All
    {
        get
        {
            lock (_lastUse)
                return _lastUse.OrderByDescending(known => known.Value.Value).Select(known => known.Key).ToArray();
        }
    }
}
