namespace QwenChat.Protocols;

/// <summary>The output items of one Responses stream, found by what its events say of them: ids may be missing (qwen-api §2.6).</summary>
internal sealed class StreamedItems
{
    private readonly List<StreamedItem> _items = [];
    private int _calls;

    /// <summary>How many items were told as a whole.</summary>
    public int DoneCount => _items.Count(item => item.IsDone);

    /// <summary>True when all those have an id.</summary>
    public bool DoneAreNamed => _items.TrueForAll(item => !item.IsDone || item.Id is not null);

    /// <summary>True when the item of this id was told.</summary>
    public bool WasDone(ReadOnlySpan<byte> id)
    {
        foreach (var item in _items)
        {
            if (item.IsDone && id.SequenceEqual(item.Id))
                return true;
        }
        return false;
    }

    /// <summary>The item that an event speaks of: by its id; an item that had none until now; without an id the last of its kind under way.</summary>
    public StreamedItem Find(StreamedItemKind kind, ReadOnlySpan<byte> id)
    {
        bool isNamed = IsName(id);
        StreamedItem? unnamed = null;
        for (int i = _items.Count - 1; i >= 0; i--)
        {
            var item = _items[i];
            if (isNamed && item.Id is not null && id.SequenceEqual(item.Id))
                return item;
            if (unnamed is null && !item.IsDone && item.Kind == kind && (item.Id is null || !isNamed))
                unnamed = item;
        }
        if (unnamed is not null)
        {
            if (isNamed)
                unnamed.Id = id.ToArray();
            return unnamed;
        }
        var added = new StreamedItem(kind, isNamed ? id.ToArray() : null) { CallNumber = kind == StreamedItemKind.Call ? _calls++ : 0 };
        _items.Add(added);
        return added;
    }

    /// <summary>True for an id as JSON: a string that is not empty.</summary>
    public static bool IsName(ReadOnlySpan<byte> id) => id.Length > 2 && id[0] == (byte)'"';
}
