using QwenChat.Streaming;

namespace QwenChat.Protocols.Responses;

/// <summary>A part of a streamed output item: the text of its deltas, and the <c>done</c> events that have been received.</summary>
internal sealed class StreamedPart(long index, SnapshotProof proof)
{
    private readonly StreamedText _told = new(proof);
    private string? _whole;

    /// <summary>The <c>content_index</c> of the part. Some servers omit it or send wrong values, so it is only a hint.</summary>
    public long Index { get; } = index;

    /// <summary>True once an event such as <c>output_text.done</c> has reported the complete text of the part.</summary>
    public bool IsTextDone { get; private set; }

    /// <summary>True once <c>content_part.done</c> has reported the complete text of the part.</summary>
    public bool IsPartDone { get; private set; }

    /// <summary>The text of the part so far; the complete text once the service has sent it.</summary>
    public string Text => _whole ?? _told.ToString();

    /// <summary>Whether the part has any text. Called for every delta, so the deltas are not joined.</summary>
    public bool HasText => (_whole?.Length ?? _told.Length) > 0;

    public void Append(string text) => _told.Add(text, isLast: false, out _);

    /// <summary>
    /// Records the complete text from <c>content_part.done</c> (<paramref name="byPart"/>) or from another event, such as <c>output_text.done</c>.
    /// </summary>
    public void Complete(string whole, bool byPart)
    {
        if (byPart)
            IsPartDone = true;
        else
            IsTextDone = true;
        _whole = whole;
    }

    /// <summary>
    /// Returns whether the part has received <c>content_part.done</c> (<paramref name="byPart"/>) or the event with its complete text. A second event of
    /// the same kind belongs to another part.
    /// </summary>
    public bool IsDone(bool byPart) => byPart ? IsPartDone : IsTextDone;
}
