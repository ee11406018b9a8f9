using QwenChat.Model;
using QwenChat.Text;
using QwenChat.Tools;

namespace QwenChat;

/// <summary>A call that the model asks the caller to make.</summary>
/// <param name="Id">The id that the result must name.</param>
/// <param name="Name">The function's name.</param>
/// <param name="Arguments">The arguments, as the JSON the model wrote.</param>
public sealed record QwenToolCall(string Id, string Name, string Arguments)
{
    /// <summary>What the tool wrote, as the model was told, its failure included; null when it did not run.</summary>
    public string? Result { get; internal init; }

    /// <summary>Why the tool failed or did not run; null when it did what was asked, or the call was left to the caller.</summary>
    public string? Error { get; internal init; }

    /// <summary>How long the tool ran; null when it did not.</summary>
    public TimeSpan? Duration { get; internal init; }

    /// <summary>Whether someone was asked and said yes; null when nobody was asked.</summary>
    public bool? Approved { get; internal init; }

    /// <summary>Whether the call was answered, by a result or by saying why there is none.</summary>
    internal bool IsAnswered => Result is not null || Error is not null;

    /// <summary>The call as it is written in code.</summary>
    /// <returns>The name, and the arguments in parentheses.</returns>
    public override string ToString() => $"{Name}({Arguments})";

    /// <summary>An id for a call that the server gave none.</summary>
    internal static string NewId() => "call_" + Guid.NewGuid().ToString("N")[..24];
}

/// <summary>A page the model read while it searched the web.</summary>
/// <param name="Index">The number the answer cites it by; null when the service gave none.</param>
/// <param name="Title">The page's title.</param>
/// <param name="Url">The page's address.</param>
/// <param name="SiteName">The site's name.</param>
public sealed record QwenSearchResult(int? Index, string? Title, string? Url, string? SiteName)
{
    /// <summary>The page's address; its title where the service gave none.</summary>
    /// <returns>The address or title; empty when there is neither.</returns>
    public override string ToString() => Url ?? Title ?? "";
}

/// <summary>What went into a request, and what was left out of it.</summary>
public sealed record QwenContext
{
    /// <summary>How many earlier turns the model saw word for word, kept by the service or sent along.</summary>
    public int TurnsVerbatim { get; init; }

    /// <summary>
    /// About how many earlier turns the model did not read, or not whole, although they were in the request: over the Responses and Conversations APIs the
    /// service drops the middle of what is longer than it reads.
    /// </summary>
    public int TurnsCut { get; init; }

    /// <summary>How many earlier turns were sent with this request (0 where the service had them).</summary>
    public int TurnsSent { get; init; }

    /// <summary>How many earlier turns the model saw as a summary.</summary>
    public int TurnsSummarized { get; init; }

    /// <summary>How many earlier turns were left out: neither word for word, nor summarised, nor recalled.</summary>
    public int TurnsLeftOut { get; init; }

    /// <summary>For a request that was not sent: how many turns would be summarised before it is.</summary>
    public int TurnsToSummarize { get; init; }

    /// <summary>
    /// For a request that was not sent: about how many input tokens it will have once <see cref="TurnsToSummarize"/> turns are summarised; null where none
    /// are.
    /// </summary>
    public long? EstimatedTokensSummarized { get; init; }

    /// <summary>The earlier turns that went into the request because its message is nearest to them, in the conversation's order; mostly empty.</summary>
    public IReadOnlyList<QwenRecalledTurn> Recalled { get; init; } = [];

    /// <summary>For a request that was not sent: how many turns would be recalled. Which ones is known only when the message has been embedded.</summary>
    public int TurnsToRecall { get; init; }

    /// <summary>True when state that the service had forgotten was rebuilt from the transcript.</summary>
    public bool Rebuilt { get; init; }

    /// <summary>
    /// True when the request does not begin with all bytes of the one before, so that the service's context cache can help little or not at all.
    /// </summary>
    public bool PrefixBroken { get; init; }

    /// <summary>About how many input tokens the request has; null where nobody had to know before it was sent.</summary>
    public long? EstimatedTokens { get; init; }

    /// <summary>About how many it would have had if all earlier turns had been in it word for word; null where no policy decided.</summary>
    public long? EstimatedTokensBefore => Before?.Value;

    /// <summary>Counted when someone asks, because it takes a look at every turn that was left out.</summary>
    internal Lazy<long>? Before { get; init; }

    /// <summary>About how many of them the context cache may have, because the request before had them too; null like <see cref="EstimatedTokens"/>.</summary>
    public long? CacheableTokens { get; init; }

    /// <summary>For people: <c>2 turns word for word, 1 recalled, 3 left out, about 199 tokens</c>.</summary>
    /// <returns>What there is of it; what is zero or not known is left out.</returns>
    public override string ToString()
    {
        (long Count, string Name)[] parts =
        [
            (TurnsCut, "cut by the service"),
            (TurnsSummarized, "summarized"), (Recalled.Count, "recalled"), (TurnsLeftOut, "left out"), (TurnsToSummarize, "to be summarized"),
                (TurnsToRecall, "to be recalled"),
        ];
        var text = parts.Where(part => part.Count > 0).Select(part => FormattableString.Invariant($"{part.Count:N0} {part.Name}"))
            .Prepend(FormattableString.Invariant($"{TurnsVerbatim:N0} {(TurnsVerbatim == 1 ? "turn" : "turns")} word for word"));
        if (EstimatedTokens is { } tokens)
            text = text.Append(FormattableString.Invariant($"about {tokens:N0} tokens"));
        if (Rebuilt)
            text = text.Append("rebuilt");
        return string.Join(", ", text);
    }
}

/// <summary>The answer to one message. Immutable. As a string it is its text.</summary>
public sealed class QwenReply : IQwenConversation
{
    private readonly TurnPath _path;
    private string? _text;
    private string? _thinking;
    private QwenItem[]? _items;

    internal QwenReply(QwenConversation conversation, TurnPath path, QwenTurn turn)
    {
        Conversation = conversation;
        _path = path;
        Turn = turn;
    }

    /// <summary>The answer's text; empty when the model only called tools.</summary>
    public string Text => _text ??= Turn.Text;

    /// <summary>The answer as an object, where -As or -Schema asked for one; else null.</summary>
    public object? Value { get; internal init; }

    /// <summary>Whether the answer was asked for as an object, which may be null.</summary>
    internal bool HasValue { get; init; }

    /// <summary>The model's thinking; empty when it showed none.</summary>
    public string Thinking => _thinking ??= Turn.Thinking;

    /// <summary>The calls the model asks for.</summary>
    public IReadOnlyList<QwenToolCall> ToolCalls { get; internal init; } = [];

    /// <summary>The answer's items, in order: thinking, messages, calls, and what came beside them, such as images and recognized words.</summary>
    public IReadOnlyList<QwenItem> Items => _items ??= Turn.Items.Skip(Turn.InputCount).ToArray();

    /// <summary>The pages the model read.</summary>
    public IReadOnlyList<QwenSearchResult> SearchResults { get; internal init; } = [];

    /// <summary>The audio answer as a WAV file's bytes; null when there is none.</summary>
    public byte[]? Audio { get; internal init; }

    /// <summary>What the service counted.</summary>
    public QwenUsage? Usage => Turn.Usage;

    /// <summary>What the turn cost, in <see cref="Currency"/>; null when the price is not known.</summary>
    public decimal? Cost { get; internal init; }

    /// <summary>
    /// What the calls cost that served the turn before it was sent, such as a summary or the embedding of the message, in <see cref="Currency"/>; it is
    /// not part of <see cref="Cost"/>. Null when there were none, or a price is not known.
    /// </summary>
    public decimal? CallsCost { get; internal init; }

    /// <summary>The currency of <see cref="Cost"/> and <see cref="CallsCost"/>.</summary>
    public string? Currency { get; internal init; }

    /// <summary>Why the model stopped, in the service's own word.</summary>
    public string? FinishReason { get; internal init; }

    /// <summary>The service's id of the answer.</summary>
    public string? ResponseId => Turn.ResponseId;

    /// <summary>The service's id of the request, for its support.</summary>
    public string? RequestId { get; internal init; }

    /// <summary>The model that answered, as the service names it.</summary>
    public string? Model => Turn.Model;

    /// <summary>When the answer was made, UTC.</summary>
    public DateTimeOffset CreatedAt => Turn.CreatedAt;

    /// <summary>When the service forgets the answer, UTC; null where the caller keeps the history.</summary>
    public DateTimeOffset? ExpiresAt => Turn.Server?.ExpiresAt;

    /// <summary>From sending the request to the end of the answer, retries included.</summary>
    public TimeSpan Duration { get; internal init; }

    /// <summary>From sending the request to the first piece of the answer; null when it was not streamed.</summary>
    public TimeSpan? TimeToFirstToken { get; internal init; }

    /// <summary>How the answer ended.</summary>
    public string State => Turn.State;

    /// <summary>What was sent for this answer, and what was left out.</summary>
    public QwenContext Context { get; internal init; } = new();

    /// <summary>The conversation that the turn was added to.</summary>
    public QwenConversation Conversation { get; }

    /// <summary>The turn this reply ends.</summary>
    internal QwenTurn Turn { get; }

    /// <summary>A new conversation that ends with this reply; the one it came from stays as it is.</summary>
    /// <returns>The branch.</returns>
    public QwenConversation Continue() => Conversation.Branch(_path);

    /// <summary>The answer's text.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;
}

/// <summary>What a piece of a streamed answer is: words, since ConvertTo-Json writes an enum as a number.</summary>
public static class QwenReplyDeltaKind
{
    /// <summary>A piece of the model's thinking.</summary>
    public const string Thinking = "Thinking";

    /// <summary>A piece of the answer.</summary>
    public const string Text = "Text";

    /// <summary>A piece of a tool call's arguments.</summary>
    public const string ToolCall = "ToolCall";

    /// <summary>The result of a tool call.</summary>
    public const string ToolResult = "ToolResult";

    /// <summary>A piece of audio, base64.</summary>
    public const string Audio = "Audio";

    /// <summary>The end; carries the whole reply.</summary>
    public const string Done = "Done";
}

/// <summary>A piece of a streamed answer. As a string it is its text as it may be displayed.</summary>
public sealed class QwenReplyDelta
{
    internal QwenReplyDelta(string kind, string text, QwenReply? reply = null)
    {
        Kind = kind;
        Text = text;
        Reply = reply;
    }

    /// <summary>What the piece is.</summary>
    public string Kind { get; }

    /// <summary>The piece's text as it came, control characters included; empty on <see cref="QwenReplyDeltaKind.Done"/>.</summary>
    public string Text { get; }

    /// <summary>The whole reply, on <see cref="QwenReplyDeltaKind.Done"/> alone.</summary>
    public QwenReply? Reply { get; }

    /// <summary>Calls that whoever reads the answer is to carry out before it reads on; null on every piece that is shown.</summary>
    internal ToolRun? Run { get; init; }

    /// <summary>An answer of a schema, of which whoever reads the answer is to make the value; null on every piece that is shown.</summary>
    internal AnswerDraft? Draft { get; init; }

    /// <summary>The piece's text as it may be written to a terminal.</summary>
    /// <returns><see cref="Text"/>, with control characters made visible.</returns>
    public override string ToString() => VisibleText.Of(Text);
}
