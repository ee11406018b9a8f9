using System.Text;

namespace QwenChat;

/// <summary>Folds the pieces of an answer into the whole. Streamed or not, the same fold makes the same reply.</summary>
internal sealed class AnswerFold
{
    private JoinedText _text;
    private JoinedText _thinking;
    private readonly List<ToolCallParts> _toolCalls = [];

    public string? ResponseId { get; private set; }

    public string? Model { get; private set; }

    public DateTimeOffset? CreatedAt { get; private set; }

    public string Text => _text.ToString();

    public string Thinking => _thinking.ToString();

    public List<QwenItem> Items { get; } = [];

    public List<QwenSearchResult> SearchResults { get; } = [];

    public List<string> AudioPieces { get; } = [];

    public QwenUsage? Usage { get; private set; }

    public string? FinishReason { get; private set; }

    public QwenReplyState State { get; private set; } = QwenReplyState.Incomplete;

    public bool Finished { get; private set; }

    /// <summary>True when anything a person could read has arrived.</summary>
    public bool HasText => _text.Length > 0 || _thinking.Length > 0;

    public IReadOnlyList<QwenToolCall> ToolCalls =>
        _toolCalls.Count == 0 ? [] : _toolCalls.Select(call => new QwenToolCall(call.Id ?? "", call.Name ?? "", call.Arguments.ToString())).ToArray();

    public void Add(in ChatDelta delta)
    {
        switch (delta.Kind)
        {
            case ChatDeltaKind.Started:
                ResponseId = delta.Id ?? ResponseId;
                Model = string.IsNullOrEmpty(delta.Name) ? Model : delta.Name;
                CreatedAt = delta.Time ?? CreatedAt;
                break;
            case ChatDeltaKind.Thinking:
                _thinking.Append(delta.Text);
                break;
            case ChatDeltaKind.Text:
                _text.Append(delta.Text);
                break;
            case ChatDeltaKind.ToolCall:
                AddToolCall(delta);
                break;
            case ChatDeltaKind.Audio:
                AudioPieces.Add(delta.Text!);
                break;
            case ChatDeltaKind.Item:
                Items.Add(delta.Item!);
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
                break;
        }
    }

    private void AddToolCall(in ChatDelta delta)
    {
        int index = delta.Index;
        var call = _toolCalls.Find(c => c.Index == index);
        if (call is null)
            _toolCalls.Add(call = new ToolCallParts(index));
        call.Id = string.IsNullOrEmpty(delta.Id) ? call.Id : delta.Id;
        call.Name = string.IsNullOrEmpty(delta.Name) ? call.Name : delta.Name;
        call.Arguments.Append(delta.Text);
    }

    /// <summary>Text in pieces. An answer that is not streamed comes in one, which is kept as it is.</summary>
    private struct JoinedText
    {
        private string? _only;
        private StringBuilder? _all;

        public readonly int Length => _all?.Length ?? _only?.Length ?? 0;

        public void Append(string? piece)
        {
            if (string.IsNullOrEmpty(piece))
                return;
            if (Length == 0)
                _only = piece;
            else
                (_all ??= new StringBuilder(_only)).Append(piece);
        }

        public override readonly string ToString() => _all?.ToString() ?? _only ?? "";
    }

    private sealed class ToolCallParts(int index)
    {
        public int Index { get; } = index;
        public string? Id { get; set; }
        public string? Name { get; set; }
        public StringBuilder Arguments { get; } = new();
    }
}
