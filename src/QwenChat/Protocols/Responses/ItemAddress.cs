namespace QwenChat.Protocols.Responses;

/// <summary>
/// The properties of an event that identify its output item. No property is reliable alone: ids change or repeat, and indexes are wrong or missing
/// (wire §2.6).
/// </summary>
internal readonly ref struct ItemAddress
{
    public required StreamedItemKind Kind { get; init; }

    public string? Type { get; init; }

    /// <summary>The id as a JSON string; empty if there is none.</summary>
    public ReadOnlySpan<byte> Id { get; init; }

    /// <summary>The <c>output_index</c>; null if there is none.</summary>
    public long? Index { get; init; }

    /// <summary>True if the event is a delta.</summary>
    public bool IsPiece { get; init; }

    /// <summary>The complete text of the item, or the complete arguments of a call, if the event contains them.</summary>
    public string Text { get; init; }

    public string? CallId { get; init; }

    public string? Name { get; init; }

    /// <summary>True if there is an id: a nonempty JSON string.</summary>
    public bool IsNamed => Id.Length > 2 && Id[0] == (byte)'"';

    /// <summary>
    /// Scores how well the id, position and text of the event match an item. A negative score means that the event does not belong to the item.
    /// </summary>
    /// <param name="item">The item.</param>
    /// <param name="isCurrent">Whether the previous event belonged to the item. If so, the score is higher, because items usually arrive one by one.</param>
    /// <param name="idTells">Whether no other item has the id. If several items share an id, a match does not increase the score.</param>
    /// <param name="indexTells">Whether no other item has the index. If several items share an index, a match does not increase the score.</param>
    public int Likeness(StreamedItem item, bool isCurrent = true, bool idTells = true, bool indexTells = true)
    {
        int likeness = isCurrent ? 1 : 0;
        if (IsNamed && item.Ids.Count > 0)
            likeness += !item.HasId(Id) ? -1 : idTells ? 2 : 0;
        if (Index is not null && item.IndexIn(IsPiece) is { } index)
            likeness += Index == index ? (indexTells ? 2 : 0) : isCurrent ? -1 : -2;
        if (!string.IsNullOrEmpty(CallId) && !string.IsNullOrEmpty(item.CallId))
            likeness += CallId == item.CallId ? 3 : -2;
        if (!string.IsNullOrEmpty(Name) && !string.IsNullOrEmpty(item.Name))
            likeness += Name == item.Name ? 1 : -3;
        return Text is { Length: > 0 } text && item.HasText ? likeness + TextSimilarity.Of(item.Text, text) : likeness;
    }

    /// <summary>Whether an item is of the same kind as the event, and of the same type if the kind has several types.</summary>
    public bool IsKindOf(StreamedItem item) => item.Kind == Kind && (Kind != StreamedItemKind.Other || item.Type == Type);
}
