namespace QwenChat.Protocols;

/// <summary>
/// An output item of a Responses stream, and what of it was told in pieces already: what comes again in its <c>done</c> event, or in
/// the whole response at the end, must not be told twice, and what only comes there must not be lost.
/// </summary>
internal sealed class StreamedItem(StreamedItemKind kind, byte[]? id)
{
    private ulong _parts;

    public StreamedItemKind Kind { get; } = kind;

    /// <summary>The id as its JSON string; null while no event named it.</summary>
    public byte[]? Id { get; set; } = id;

    /// <summary>True once the whole item was told.</summary>
    public bool IsDone { get; set; }

    /// <summary>The number of a tool call among the answer's.</summary>
    public int CallNumber { get; init; }

    /// <summary>True when the item's thinking comes as <c>reasoning_summary_text</c>; a server that also sends it as <c>reasoning_text</c> says it twice.</summary>
    public bool? ThinksInSummary { get; set; }

    /// <summary>Marks a part as told.</summary>
    /// <returns>False when it was so before.</returns>
    public bool Tell(long part)
    {
        ulong bit = 1UL << (int)Math.Clamp(part, 0, 63);
        bool isNew = (_parts & bit) == 0;
        _parts |= bit;
        return isNew;
    }

    public bool WasTold => _parts != 0;
}
