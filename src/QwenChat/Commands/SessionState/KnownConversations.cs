using System.Runtime.CompilerServices;

namespace QwenChat.Commands.SessionState;

/// <summary>
/// The conversations that a session has used. The most recently used conversations are kept alive. Older conversations are listed only while something
/// else refers to them.
/// </summary>
internal sealed class KnownConversations
{
    // Fewer unnamed conversations are kept alive, because a bulk run may create thousands of unnamed conversations with media.
    private const int MostNamed = 100, MostUnnamed = 10;

    private readonly ConditionalWeakTable<QwenConversation, LastUse> _lastUses = [];
    private readonly LinkedList<QwenConversation> _named = [], _unnamed = [];
    private long _uses;

    /// <summary>Records that a conversation was used or renamed.</summary>
    public void Add(QwenConversation conversation)
    {
        lock (_lastUses)
        {
            var use = _lastUses.GetValue(conversation, static used => new LastUse(used));
            use.Number = ++_uses;
            use.Node.List?.Remove(use.Node);
            var (list, most) = conversation.Name is null ? (_unnamed, MostUnnamed) : (_named, MostNamed);
            list.AddLast(use.Node);
            if (list.Count > most)
                list.RemoveFirst();
        }
    }

    /// <summary>Removes a deleted conversation and all other objects that represent the same conversation.</summary>
    public void Remove(QwenConversation conversation)
    {
        lock (_lastUses)
        {
            foreach (var (gone, use) in _lastUses.Where(known => known.Key == conversation || known.Key.Id == conversation.Id).ToArray())
            {
                _lastUses.Remove(gone);
                use.Node.List?.Remove(use.Node);
            }
        }
    }

    /// <summary>The conversations that are still in memory, most recently used first.</summary>
    public IReadOnlyList<QwenConversation> All
    {
        get
        {
            lock (_lastUses)
                return _lastUses.OrderByDescending(known => known.Value.Number).Select(known => known.Key).ToArray();
        }
    }

    private sealed class LastUse(QwenConversation conversation)
    {
        /// <summary>The sequence number of the conversation's last use in the session, from 1.</summary>
        public long Number { get; set; }

        /// <summary>The node in the list of conversations that are kept alive.</summary>
        public LinkedListNode<QwenConversation> Node { get; } = new(conversation);
    }
}
