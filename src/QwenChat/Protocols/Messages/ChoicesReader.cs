using System.Text.Json;
using QwenChat.Protocols.Json;
using QwenChat.Streaming;

namespace QwenChat.Protocols.Messages;

/// <summary>
/// Reads the <c>choices</c> of one answer, in the format of Chat Completions and the native protocol (wire §4.3, §5.4). A chunk has a <c>delta</c>; a
/// whole answer and every native event have a <c>message</c>. The first choice is the answer; additional choices (<c>n</c> above 1) are kept
/// separately.
/// </summary>
internal sealed class ChoicesReader
{
    // The finish reasons of a complete answer, including those of other servers. Any other finish reason means that the answer is incomplete.
    private static readonly HashSet<string> s_completed = new(StringComparer.OrdinalIgnoreCase)
    {
        "stop", "tool_calls", "function_call", "tool_use", "end_turn", "stop_sequence", "eos", "eos_token",
    };

    private readonly Choice _first = new(0);
    private readonly List<Choice> _others = [];

    public string? FinishReason { get; set; }

    /// <summary>True if every choice that has begun has a finish reason.</summary>
    public bool AreFinished => HasReason && _others.TrueForAll(choice => choice.FinishReason is not null);

    /// <summary>True if the answer has a finish reason. The answer is choice 0 or, if there is only one choice, that choice, whatever its index.</summary>
    public bool HasReason => FinishReason is not null || (!_first.IsThere && _others.Exists(choice => choice.FinishReason is not null));

    /// <summary>True if there is an additional choice with content. The content is not reported before the end of the answer.</summary>
    public bool HoldsText => _others.Exists(choice => choice.Deltas.Count > 0);

    /// <summary>Reads the value of the current property. Adds the content of the first choice to <paramref name="deltas"/>.</summary>
    /// <returns>False if there is no choice.</returns>
    public bool Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, List<ChatDelta> deltas)
    {
        int place = 0;
        if (!LenientJson.EnterArray(ref reader))
            return false;
        while (LenientJson.NextObject(ref reader))
            ReadChoice(ref reader, json, place++, deltas);
        return place > 0;
    }

    /// <summary>Reads a finish reason; returns null if there is none. The native protocol sends the string <c>"null"</c> until there is a reason.</summary>
    public static string? ReadFinishReason(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > 0 && !reader.ValueSpan.SequenceEqual("null"u8))
            return LenientJson.ReadText(ref reader);
        reader.Skip();
        return null;
    }

    /// <summary>Reports the additional items, and then the end of the answer.</summary>
    public void Finish(List<ChatDelta> deltas)
    {
        // The only choice of an answer may have an index other than 0.
        if (!_first.IsThere && _others.Count > 0)
        {
            deltas.AddRange(_others[0].Deltas);
            FinishReason ??= _others[0].FinishReason;
            _others[0].LogProbabilities.Tell(deltas);
            _others.RemoveAt(0);
        }
        _first.LogProbabilities.Tell(deltas);
        foreach (var other in _others.OrderBy(choice => choice.Index))
            deltas.Add(new ChatDelta(ChatDeltaKind.Extra) { Item = other.ToItem() });
        deltas.Add(Finished(FinishReason));
    }

    /// <summary>
    /// Returns the final delta of an answer. An answer without a finish reason is incomplete, for example because the service timed out (wire §1.5).
    /// </summary>
    public static ChatDelta Finished(string? finishReason) => new(ChatDeltaKind.Finished) { Text = finishReason, State = StateOf(finishReason) };

    private static string StateOf(string? finishReason) =>
        finishReason is not null && s_completed.Contains(finishReason) ? QwenReplyState.Completed : QwenReplyState.Incomplete;

    private void ReadChoice(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, int place, List<ChatDelta> deltas)
    {
        var choice = Find(Index(reader) ?? place);
        var told = choice == _first ? deltas : choice.Deltas;
        string? reason = null;
        int first = told.Count;
        choice.IsThere = true;
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "delta"u8) || LenientJson.Is(ref reader, "message"u8))
                ChatMessageReader.Read(ref reader, json, choice.Calls, told);
            else if (LenientJson.Is(ref reader, "finish_reason"u8))
                reason = ReadFinishReason(ref reader);
            else if (LenientJson.Is(ref reader, "logprobs"u8))
                choice.LogProbabilities.Read(ref reader, json);
            else if (!LenientJson.Is(ref reader, "usage"u8))
                LenientJson.SkipValue(ref reader);
            else if (UsageReader.Read(ref reader) is { } usage)
                deltas.Add(new ChatDelta(ChatDeltaKind.Usage) { Usage = usage });
        }
        if (reason is null)
            return;
        choice.FinishReason = reason;
        if (choice == _first)
            FinishReason = reason;
        for (int i = first; i < told.Count; i++)
            told[i] = told[i] with { IsLast = true };
    }

    /// <summary>Returns the index of the choice; the property may be anywhere in the object. The position of the reader does not change.</summary>
    private static long? Index(Utf8JsonReader reader)
    {
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "index"u8))
                return LenientJson.Int64(ref reader);
            LenientJson.SkipValue(ref reader);
        }
        return null;
    }

    private Choice Find(long index)
    {
        if (index == 0)
            return _first;
        // A loop, because a lambda would allocate for every chunk.
        foreach (var other in _others)
        {
            if (other.Index == index)
                return other;
        }
        var added = new Choice(index);
        _others.Add(added);
        return added;
    }

    private sealed class Choice(long index)
    {
        public long Index { get; } = index;

        public bool IsThere { get; set; }

        public ToolCallNumbers Calls { get; } = new();

        /// <summary>Collects the content of an additional choice.</summary>
        public List<ChatDelta> Deltas { get; } = [];

        public LogProbabilities LogProbabilities { get; } = new();

        public string? FinishReason { get; set; }

        public QwenItem ToItem()
        {
            var fold = new ReplyBuilder();
            foreach (var delta in Deltas)
                fold.Add(delta);
            fold.Add(Finished(FinishReason));
            return ExtraItem.Choice(Index, fold, FinishReason);
        }
    }
}
