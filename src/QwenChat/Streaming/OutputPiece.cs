namespace QwenChat.Streaming;

/// <summary>An output item of a response that has not ended: either the complete item, or the deltas received so far.</summary>
internal sealed class OutputPiece(int number, ChatDeltaKind kind, int callIndex, SnapshotProof proof)
{
    private readonly StreamedText _text = new(proof);

    public int Number { get; } = number;

    public ChatDeltaKind Kind { get; } = kind;

    public int CallIndex { get; } = callIndex;

    /// <summary>The complete item, once it has been received.</summary>
    public QwenItem? Item { get; private set; }

    public string Text => _text.ToString();

    public void Add(in ChatDelta delta)
    {
        if (delta.Kind == ChatDeltaKind.Item)
            Item = delta.Item;
        else if (!string.IsNullOrEmpty(delta.Text))
            _text.Add(delta.Text, delta.IsLast, out _);
    }
}
