using QwenChat.Streaming;

namespace QwenChat.Protocols.Responses;

/// <summary>
/// The output items of one streamed response. Which of them an event is about is decided by kind, id, place and text together: with some
/// servers ids change from event to event, with others several items have one id.
/// </summary>
internal sealed class StreamedItems
{
    private readonly List<StreamedItem> _items = [];
    private readonly SnapshotProof _proof = new();
    private StreamedItem? _current;
    private int _calls;

    /// <summary>The items, in the order in which they began.</summary>
    public IReadOnlyList<StreamedItem> All => _items;

    /// <summary>The item that a delta continues: one that is not done, else a new one.</summary>
    public StreamedItem OfPiece(in ItemAddress address) => Meet(FindOpen(address), address);

    /// <summary>The item that an event with a part's whole text is about.</summary>
    /// <param name="address">What the event says.</param>
    /// <param name="byPart">Whether the event is <c>content_part.done</c>.</param>
    public StreamedItem OfPart(in ItemAddress address, bool byPart)
    {
        // The part's text is not the item's: it can only speak for an item that has said it.
        var found = _current is { IsDone: false } current && address.IsKindOf(current) && current.Expects(address.Text, byPart)
            ? current : FindOpen(address with { Text = "" });
        return Meet(found ?? FindExpecting(address, byPart), address);
    }

    /// <summary>The item that is announced: a new one, unless deltas came before the announcement, or it came twice.</summary>
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

    /// <summary>The item that has come whole; one that had come whole before, when the event was sent twice.</summary>
    public StreamedItem OfDone(in ItemAddress address) => Meet(FindOpen(address, isWhole: true) ?? FindDone(address), address);

    /// <summary>A new item.</summary>
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

    /// <summary>The item under way that most speaks for. One that other items have come behind needs a reason.</summary>
    private StreamedItem? FindOpen(in ItemAddress address, bool isWhole = false)
    {
        StreamedItem? best = null;
        int most = 0;
        foreach (var item in _items)
        {
            if (item.IsDone || !address.IsKindOf(item))
                continue;
            int likeness = Likeness(address, item);
            // The first words behind an item's announcement are its own; and what comes whole behind its other events is that item, unless the words
            // are others.
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

    /// <summary>An item that is done, with a part of this text that has not been named by such an event: the events came in another order.</summary>
    private StreamedItem? FindExpecting(in ItemAddress address, bool byPart)
    {
        foreach (var item in _items)
        {
            if (item.IsDone && address.IsKindOf(item) && Likeness(address, item) >= 0 && item.Expects(address.Text, byPart))
                return item;
        }
        return null;
    }

    /// <summary>An item that has come whole with the same words from the same place.</summary>
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
