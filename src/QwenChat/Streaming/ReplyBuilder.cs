using QwenChat.Model;

namespace QwenChat.Streaming;

/// <summary>Combines the deltas of a response. The reply is the same whether or not the response is streamed.</summary>
internal sealed class ReplyBuilder
{
    private readonly SnapshotProof _proof = new();
    private readonly List<StreamedToolCall> _toolCalls = [];
    private readonly List<OutputPiece> _pieces = [];
    private IReadOnlyList<QwenItem>? _items;
    private int _textNumber;
    private string _endedText = "", _endedThinking = "";
    private StreamedText _content;
    private StreamedText _thinking;
    private ThinkTagStream _tags = new();

    public ReplyBuilder() => (_content, _thinking) = (new StreamedText(_proof), new StreamedText(_proof));

    public string? ResponseId { get; private set; }

    public string? RequestId { get; private set; }

    /// <summary>See <see cref="ChatDelta.PreviousId"/>.</summary>
    public string? PreviousId { get; private set; }

    public string? Model { get; private set; }

    public DateTimeOffset? CreatedAt { get; private set; }

    public string Text => Visible.Text is var text && _endedText.Length == 0 ? text : _endedText + text;

    public string Thinking => Visible.Thinking is var thinking && _endedThinking.Length == 0 ? thinking : _endedThinking + thinking;

    /// <summary>The response's items, if the API has items. Until the response ends, the list contains only complete items.</summary>
    public IReadOnlyList<QwenItem> Items => _items ?? [.. Pieces.Select(piece => piece.Item).OfType<QwenItem>()];

    /// <summary>The items of a response that has not ended, in order; empty when <see cref="Items"/> is final.</summary>
    public IEnumerable<OutputPiece> Pieces => _items is null ? _pieces.OrderBy(piece => piece.Number) : [];

    public List<DraftPart> Media { get; } = [];

    /// <summary>The items from <see cref="ChatDeltaKind.Extra"/> deltas.</summary>
    public List<QwenItem> Extras { get; } = [];

    public List<QwenSearchResult> SearchResults { get; } = [];

    public List<string> AudioPieces { get; } = [];

    public QwenUsage? Usage { get; private set; }

    public string? FinishReason { get; private set; }

    public string State { get; private set; } = QwenReplyState.Incomplete;

    public bool Finished { get; private set; }

    /// <summary>True when any text or thinking has been received.</summary>
    public bool HasText => _content.Length + _thinking.Length + _endedText.Length + _endedThinking.Length > 0;

    /// <summary>All tool calls. Complete calls have arguments that can be sent back.</summary>
    public IReadOnlyList<QwenToolCall> ToolCalls => _toolCalls.Count == 0 ? [] : _toolCalls.Select((call, i) => call.ToCall(IsWholeCall(i))).ToArray();

    /// <summary>The tool calls that can be sent back.</summary>
    public IReadOnlyList<QwenToolCall> WholeCalls => _toolCalls.Count == 0 ? [] : ToolCalls.Where((_, i) => IsWholeCall(i)).ToArray();

    /// <summary>
    /// Returns whether a call can be sent back: the call must have a name and complete arguments. In an incomplete response, the arguments of the
    /// last call may be truncated.
    /// </summary>
    private bool IsWholeCall(int index) =>
        _toolCalls[index].IsWhole && (_toolCalls[index].HasArguments || index < _toolCalls.Count - 1 || (Finished && State == QwenReplyState.Completed));

    public void Add(in ChatDelta delta) => Add(delta, null);

    /// <summary>
    /// Adds a delta. If <paramref name="told"/> is not null, the new content of the delta is added to it, for a reader of the stream.
    /// </summary>
    public void Add(in ChatDelta delta, List<ChatDelta>? told)
    {
        if (delta.ItemNumber > 0)
            AddPiece(delta, told);
        switch (delta.Kind)
        {
            case ChatDeltaKind.Started:
                ResponseId = delta.Id ?? ResponseId;
                RequestId = string.IsNullOrEmpty(delta.RequestId) ? RequestId : delta.RequestId;
                PreviousId = delta.PreviousId ?? PreviousId;
                Model = string.IsNullOrEmpty(delta.Name) ? Model : delta.Name;
                CreatedAt = delta.Time ?? CreatedAt;
                break;
            case ChatDeltaKind.Thinking:
                if (!string.IsNullOrEmpty(delta.Text))
                    Tell(delta with { Text = _thinking.Add(delta.Text, delta.IsLast, out _) }, told);
                break;
            case ChatDeltaKind.Text:
                if (!string.IsNullOrEmpty(delta.Text))
                    AddContent(delta, told);
                break;
            case ChatDeltaKind.ToolCall:
                Tell(delta with { Text = FindCall(delta.Index).Add(delta) }, told);
                break;
            case ChatDeltaKind.Audio:
                AudioPieces.Add(delta.Text!);
                told?.Add(delta);
                break;
            case ChatDeltaKind.Item:
                EndPart(told);
                break;
            case ChatDeltaKind.Output:
                TakeOutput(delta);
                break;
            case ChatDeltaKind.Medium:
                var medium = new DraftPart(delta.Name!, delta.Text!);
                if (!Media.Contains(medium))
                    Media.Add(medium);
                break;
            case ChatDeltaKind.Extra:
                // A service tool call is reported repeatedly as it grows; the last report is used.
                var news = delta.Item!;
                Extras.RemoveAll(extra => extra.IsServiceToolCall && extra.Type == news.Type);
                Extras.Add(news);
                break;
            case ChatDeltaKind.SearchResult:
                SearchResults.Add(delta.SearchResult!);
                break;
            case ChatDeltaKind.Usage:
                Usage = delta.Usage;
                break;
            case ChatDeltaKind.Finished:
                FinishReason = delta.Text;
                State = delta.State;
                Finished = true;
                EndTags(told);
                NameCalls();
                break;
        }
    }

    private (string Thinking, string Text) Visible
    {
        get
        {
            var (thinking, text) = ThinkTag.Split(_content.ToString());
            return (ThinkTag.Join(_thinking.ToString(), thinking), text);
        }
    }

    private void AddContent(in ChatDelta delta, List<ChatDelta>? told)
    {
        string news = _content.Add(delta.Text!, delta.IsLast, out string? corrected);
        if (told is null)
            return;
        if (corrected is not null)
        {
            _tags = new ThinkTagStream();
            _tags.Add(corrected, []);
        }
        int first = told.Count;
        if (news.Length > 0)
            _tags.Add(news, told);
        TellThinkingOnce(told, first);
    }

    private void EndTags(List<ChatDelta>? told)
    {
        if (told is null)
            return;
        int first = told.Count;
        _tags.End(told);
        TellThinkingOnce(told, first);
    }

    /// <summary>Removes the thinking between tags from the new deltas, if the server also sent thinking in a separate field.</summary>
    private void TellThinkingOnce(List<ChatDelta> told, int first)
    {
        for (int i = told.Count - 1; i >= first && _thinking.Length > 0; i--)
        {
            if (told[i].Kind == ChatDeltaKind.Thinking)
                told.RemoveAt(i);
        }
    }

    /// <summary>Ends an item. Later deltas belong to another item, with its own thinking and text.</summary>
    private void EndPart(List<ChatDelta>? told)
    {
        EndTags(told);
        (_endedText, _endedThinking) = (Text, Thinking);
        (_content, _thinking, _tags) = (new StreamedText(_proof), new StreamedText(_proof), new ThinkTagStream());
    }

    /// <summary>Adds a delta to its output item. Items are kept separate, because consecutive items may be of the same kind.</summary>
    private void AddPiece(in ChatDelta delta, List<ChatDelta>? told)
    {
        int number = delta.ItemNumber;
        var piece = _pieces.Count > 0 && _pieces[^1].Number == number ? _pieces[^1] : _pieces.Find(other => other.Number == number);
        if (piece is null)
            _pieces.Add(piece = new OutputPiece(number, delta.Kind, delta.Index, _proof));
        piece.Add(delta);
        if (delta.Kind != ChatDeltaKind.Text || _textNumber == number)
            return;
        if (_textNumber > 0 && _content.Length > 0)
            EndPart(told);
        _textNumber = number;
    }

    private void TakeOutput(in ChatDelta delta)
    {
        _items = delta.Items;
        _toolCalls.Clear();
        foreach (var call in delta.ToolCalls ?? [])
            FindCall(_toolCalls.Count).Add(new ChatDelta(ChatDeltaKind.ToolCall) { Id = call.Id, Name = call.Name, Text = call.Arguments });
    }

    private static void Tell(in ChatDelta delta, List<ChatDelta>? told)
    {
        if (!string.IsNullOrEmpty(delta.Text))
            told?.Add(delta);
    }

    /// <summary>Assigns a new id to each call that has the id of an earlier call, because results are matched with calls by id.</summary>
    private void NameCalls()
    {
        if (_toolCalls.Count < 2)
            return;
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var call in _toolCalls)
        {
            if (!ids.Add(call.ToCall(isWhole: false).Id))
                call.Rename();
        }
    }

    private StreamedToolCall FindCall(int index)
    {
        var call = _toolCalls.Find(c => c.Index == index);
        if (call is null)
            _toolCalls.Add(call = new StreamedToolCall(index, _proof));
        return call;
    }
}
