namespace QwenChat.Protocols.Responses;

/// <summary>
/// What an event says of which output item it is about. None of it is sure by itself: ids change or repeat, indexes are shifted or missing (qwen-api
/// §2.6).
/// </summary>
internal readonly ref struct ItemAddress
{
    public required StreamedItemKind Kind { get; init; }

    /// <summary>The item's type, where the event has it.</summary>
    public string? Type { get; init; }

    /// <summary>The id as its JSON string; empty when there is none.</summary>
    public ReadOnlySpan<byte> Id { get; init; }

    /// <summary>The <c>output_index</c>; null when there is none.</summary>
    public long? Index { get; init; }

    /// <summary>True for a delta.</summary>
    public bool IsPiece { get; init; }

    /// <summary>The item's text, or a call's arguments, where the event has them whole.</summary>
    public string Text { get; init; }

    public string? CallId { get; init; }

    public string? Name { get; init; }

    /// <summary>True when there is an id: a JSON string that is not empty.</summary>
    public bool IsNamed => Id.Length > 2 && Id[0] == (byte)'"';

    /// <summary>How much speaks for an item: its id, its place, its text. Below 0 more speaks against it.</summary>
    /// <param name="item">The item.</param>
    /// <param name="isCurrent">Whether the last event was about it: items come one after the other.</param>
    /// <param name="idTells">Whether no other item has the id. An id or an index that several items have says nothing.</param>
    /// <param name="indexTells">Whether no other item has the index.</param>
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

    /// <summary>True for an item of the same kind; of the same type, where the kind has several.</summary>
    public bool IsKindOf(StreamedItem item) => item.Kind == Kind && (Kind != StreamedItemKind.Other || item.Type == Type);
}
