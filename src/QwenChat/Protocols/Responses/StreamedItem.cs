using QwenChat.Streaming;

namespace QwenChat.Protocols.Responses;

/// <summary>
/// An output item of a streamed response, as reported by its events so far. The item's <c>done</c> event and the final response repeat the text. Only the part
/// that is missing from the deltas is then reported.
/// </summary>
/// <param name="kind">The item's kind.</param>
/// <param name="type">The item's type, which is compared only for <see cref="StreamedItemKind.Other"/>.</param>
/// <param name="number">The item's number in the answer, from 1.</param>
/// <param name="proof">See <see cref="StreamedText"/>.</param>
internal sealed class StreamedItem(StreamedItemKind kind, string? type, int number, SnapshotProof proof)
{
    private const int MaximumIds = 4;
    private readonly List<byte[]> _ids = [];
    private readonly List<StreamedPart> _parts = [];
    private string? _text;
    private long? _index, _pieceIndex;

    public StreamedItemKind Kind { get; } = kind;

    public string? Type { get; } = type;

    public int Number { get; } = number;

    /// <summary>The number of the tool call in the answer, from 0; 0 if the item is not a call.</summary>
    public int CallNumber { get; init; }

    /// <summary>The ids of the item in events, as JSON strings. Some servers change the id from event to event.</summary>
    public IReadOnlyList<byte[]> Ids => _ids;

    /// <summary>The id of the tool call; null until an event has contained it.</summary>
    public string? CallId { get; set; }

    public string? Name { get; set; }

    /// <summary>True once <c>output_item.added</c> has announced the item.</summary>
    public bool IsAdded { get; set; }

    /// <summary>True once the complete item has arrived.</summary>
    public bool IsDone { get; set; }

    /// <summary>The JSON of the item from <c>output_item.added</c>. The text may be missing.</summary>
    public byte[]? Announced { get; set; }

    /// <summary>The JSON of the complete item, once it has arrived.</summary>
    public byte[]? Whole { get; set; }

    /// <summary>
    /// True if the item's thinking arrives as <c>reasoning_summary_text</c>, false if as <c>reasoning_text</c>, null before any thinking. Events of the other
    /// type repeat the thinking, and are ignored.
    /// </summary>
    public bool? ThinksInSummary { get; set; }

    /// <summary>The text of the item so far; the complete text once the service has sent it.</summary>
    public string Text
    {
        get => _text ?? (_parts.Count == 1 ? _parts[0].Text : string.Concat(_parts.Select(part => part.Text)));
        set => _text = value;
    }

    public bool HasText => _text is { Length: > 0 } || _parts.Exists(part => part.HasText);

    /// <summary>True if the item is complete or has content; false if it was only announced. The name of a call counts as content.</summary>
    public bool IsSaid => IsDone || HasText || !string.IsNullOrEmpty(Name);

    /// <summary>Records the id and index that an event contains for the item.</summary>
    public void Meet(in ItemAddress address)
    {
        if (address.IsPiece)
            _pieceIndex = address.Index ?? _pieceIndex;
        else
            _index = address.Index ?? _index;
        if (address.IsNamed && !HasId(address.Id) && _ids.Count < MaximumIds)
            _ids.Add(address.Id.ToArray());
    }

    /// <summary>
    /// Returns the last <c>output_index</c> in the item's deltas (<paramref name="piece"/>) or in its other events. Some servers use different indexes in
    /// deltas than in other events.
    /// </summary>
    public long? IndexIn(bool piece) => piece ? _pieceIndex ?? _index : _index ?? _pieceIndex;

    public bool HasId(ReadOnlySpan<byte> id)
    {
        foreach (byte[] one in _ids)
        {
            if (id.SequenceEqual(one))
                return true;
        }
        return false;
    }

    /// <summary>
    /// Returns the part to which a delta belongs: the last part, or a new part if the last part is done or has a different index. Parts arrive in order.
    /// </summary>
    public StreamedPart PartOf(long index) =>
        _parts.Count > 0 && _parts[^1] is { IsTextDone: false, IsPartDone: false } last && last.Index == index ? last : AddPart(index);

    /// <summary>
    /// Records the complete text of a part. The part is the one with the most similar text so far or, if no text is similar, with the same index.
    /// </summary>
    /// <param name="index">The index of the part in the event.</param>
    /// <param name="whole">The complete text.</param>
    /// <param name="byPart">Whether the event is <c>content_part.done</c>.</param>
    /// <returns>The text missing from the deltas; empty if the deltas contained different text, which cannot be retracted.</returns>
    public string Complete(long index, string whole, bool byPart)
    {
        var part = FindPart(index, whole, byPart);
        string told = part.Text;
        part.Complete(whole, byPart);
        if (whole.StartsWith(told, StringComparison.Ordinal))
            return whole[told.Length..];
        // Deltas without an index may have added the text of the next part to this part.
        if (told.StartsWith(whole, StringComparison.Ordinal))
            AddPart(part.Index + 1, behind: part).Append(told[whole.Length..]);
        return "";
    }

    private StreamedPart FindPart(long index, string whole, bool byPart)
    {
        StreamedPart? best = null;
        int most = 0;
        foreach (var part in _parts)
        {
            if (part.IsDone(byPart))
                continue;
            int likeness = 2 * TextSimilarity.Of(part.Text, whole) + (part.Index == index ? 3 : 0);
            if (likeness > most)
                (best, most) = (part, likeness);
        }
        return best ?? _parts.Find(part => part.Index == index && !part.IsDone(byPart)) ?? AddPart(index);
    }

    /// <summary>Whether a part with this text still expects a <c>done</c> event of this kind.</summary>
    public bool Expects(string whole, bool byPart) => _parts.Exists(part => !part.IsDone(byPart) && part.Text == whole);

    private StreamedPart AddPart(long index, StreamedPart? behind = null)
    {
        var part = new StreamedPart(index, proof);
        _parts.Insert(behind is null ? _parts.Count : _parts.IndexOf(behind) + 1, part);
        return part;
    }
}
