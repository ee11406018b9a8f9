using QwenChat.Streaming;

namespace QwenChat.Protocols.Responses;

/// <summary>
/// The output items of one streamed response. The item of an event is determined by kind, id, position and text together, because some servers change an item's
/// id, and other servers use one id for several items.
/// </summary>
internal sealed class StreamedItems
{
    private readonly List<StreamedItem> _items = [];
    private readonly SnapshotProof _proof = new();
    private StreamedItem? _current;
    private int _calls;

    /// <summary>The items, in the order of their first event.</summary>
    public IReadOnlyList<StreamedItem> All => _items;

    /// <summary>Returns the item that a delta continues: an item that is not done, or a new item.</summary>
    public StreamedItem OfPiece(in ItemAddress address) => Meet(FindOpen(address), address);

    /// <summary>Returns the item to which an event with a part's complete text belongs.</summary>
    public StreamedItem OfPart(in ItemAddress address, bool byPart)
    {
        // The text of a part may be shorter than that of the item, so it is compared with parts and not with items.
        var found = _current is { IsDone: false } current && address.IsKindOf(current) && current.Expects(address.Text, byPart)
            ? current : FindOpen(address with { Text = "" });
        return Meet(found ?? FindExpecting(address, byPart), address);
    }

    /// <summary>Returns the announced item: a new item, unless deltas preceded the announcement or the announcement was sent twice.</summary>
    public StreamedItem OfAdded(in ItemAddress address)
    {
        StreamedItem? found = null;
        foreach (var item in _items)
        {
            if (!address.IsKindOf(item) || item.IsDone)
                continue;
            if (item.IsAdded ? !item.HasText && address.IsNamed && item.HasId(address.Id) && item.IndexIn(piece: false) == address.Index
                : item == _current && Likeness(address, item) >= 0)
                found = item;
        }
        var added = Meet(found, address);
        added.IsAdded = true;
        return added;
    }

    /// <summary>Returns the streamed item for a complete item. If the event was sent twice, the streamed item is already complete.</summary>
    public StreamedItem OfDone(in ItemAddress address) => Meet(FindOpen(address, isWhole: true) ?? FindDone(address), address);

    public StreamedItem Add(in ItemAddress address)
    {
        var item = new StreamedItem(address.Kind, address.Type, _items.Count + 1, _proof) { CallNumber = address.Kind == StreamedItemKind.Call ? _calls++ : 0 };
        _items.Add(item);
        return item;
    }

    private StreamedItem Meet(StreamedItem? found, in ItemAddress address)
    {
        _current = found ?? Add(address);
        _current.Meet(address);
        return _current;
    }

    /// <summary>Returns the incomplete item with the greatest likeness, which must be positive unless the previous event belonged to the item.</summary>
    private StreamedItem? FindOpen(in ItemAddress address, bool isWhole = false)
    {
        StreamedItem? best = null;
        int most = 0;
        foreach (var item in _items)
        {
            if (item.IsDone || !address.IsKindOf(item))
                continue;
            int likeness = Likeness(address, item);
            // The first text after an announcement belongs to the announced item. A complete item matches the item of the previous event, unless the
            // texts differ.
            if (item == _current && (isWhole ? TextSimilarity.Of(item.Text, address.Text) >= 0 : !item.HasText))
                likeness = Math.Max(likeness, 0);
            if (likeness > most || (likeness == most && item == _current))
                (best, most) = (item, likeness);
        }
        return best;
    }

    private int Likeness(in ItemAddress address, StreamedItem item)
    {
        bool idTells = true, indexTells = true;
        foreach (var other in _items)
        {
            if (other == item)
                continue;
            idTells &= !other.HasId(address.Id);
            indexTells &= other.IndexIn(address.IsPiece) != address.Index;
        }
        return address.Likeness(item, item == _current, idTells, indexTells);
    }

    /// <summary>Returns a completed item that still expects the event for a part with this text, because events arrived out of order.</summary>
    private StreamedItem? FindExpecting(in ItemAddress address, bool byPart)
    {
        foreach (var item in _items)
        {
            if (item.IsDone && address.IsKindOf(item) && Likeness(address, item) >= 0 && item.Expects(address.Text, byPart))
                return item;
        }
        return null;
    }

    /// <summary>Returns a completed item with the same content at the same index or, if there is no index, with the same id.</summary>
    private StreamedItem? FindDone(in ItemAddress address)
    {
        foreach (var item in _items)
        {
            if (!item.IsDone || !address.IsKindOf(item) || item.Text != address.Text || item.CallId != address.CallId || item.Name != address.Name)
                continue;
            if (address.Index is not null && item.IndexIn(piece: false) is { } index ? address.Index == index : address.IsNamed && item.HasId(address.Id))
                return item;
        }
        return null;
    }
}
