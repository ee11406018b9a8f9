namespace QwenChat.Commands;

/// <summary>The conversations that a session has used, so that their ids can be offered. None is kept alive for it.</summary>
internal sealed class KnownConversations
{
    private const int Most = 100;

    private readonly List<WeakReference<QwenConversation>> _used = [];

    /// <summary>Notes that a conversation is used.</summary>
    public void Add(QwenConversation conversation)
    {
        lock (_used)
        {
            _used.RemoveAll(known => !known.TryGetTarget(out var target) || target == conversation);
            _used.Add(new WeakReference<QwenConversation>(conversation));
            if (_used.Count > Most)
                _used.RemoveAt(0);
        }
    }

    /// <summary>Notes that a conversation is gone.</summary>
    public void Remove(QwenConversation conversation)
    {
        lock (_used)
            _used.RemoveAll(known => !known.TryGetTarget(out var target) || target == conversation);
    }

    /// <summary>Those that are still in use, the one used last first.</summary>
    public IReadOnlyList<QwenConversation> All
    {
        get
        {
            lock (_used)
                return _used.Select(known => known.TryGetTarget(out var conversation) ? conversation : null).OfType<QwenConversation>().Reverse().ToArray();
        }
    }
}
