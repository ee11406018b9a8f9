using QwenChat.Streaming;

namespace QwenChat.Protocols.Responses;

/// <summary>A part of a streamed output item: the text that its deltas brought, and which of its <c>done</c> events have come.</summary>
internal sealed class StreamedPart(long index, SnapshotProof proof)
{
    private readonly StreamedText _told = new(proof);
    private string? _whole;

    /// <summary>The part's <c>content_index</c>. Servers leave it out or have it wrong, so it is a hint.</summary>
    public long Index { get; } = index;

    /// <summary>True once an event such as <c>output_text.done</c> named the part's whole text.</summary>
    public bool IsTextDone { get; private set; }

    /// <summary>True once <c>content_part.done</c> named the part's whole text.</summary>
    public bool IsPartDone { get; private set; }

    /// <summary>The part's text so far; the whole one once the service has named it.</summary>
    public string Text => _whole ?? _told.ToString();

    /// <summary>Whether the part has any text. Asked for every delta, so it does not join them.</summary>
    public bool HasText => (_whole?.Length ?? _told.Length) > 0;

    /// <summary>Adds the text of a delta.</summary>
    public void Append(string text) => _told.Add(text, isLast: false, out _);

    /// <summary>Takes the part's whole text.</summary>
    /// <param name="whole">The text.</param>
    /// <param name="byPart">Whether <c>content_part.done</c> named it.</param>
    public void Complete(string whole, bool byPart)
    {
        if (byPart)
            IsPartDone = true;
        else
            IsTextDone = true;
        _whole = whole;
    }

    /// <summary>True once the event of one kind has come: a second one is about another part.</summary>
    public bool IsDone(bool byPart) => byPart ? IsPartDone : IsTextDone;
}
