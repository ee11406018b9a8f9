using QwenChat.Model;
using QwenChat.Text;
using QwenChat.Tools;

namespace QwenChat;

/// <summary>A tool call that the model requests.</summary>
/// <param name="Id">The call's id, which the result must refer to.</param>
/// <param name="Name">The function's name.</param>
/// <param name="Arguments">The arguments, as JSON written by the model.</param>
public sealed record QwenToolCall(string Id, string Name, string Arguments)
{
    /// <summary>The result sent to the model, which may be an error message; null if the tool did not run.</summary>
    public string? Result { get; internal init; }

    /// <summary>The reason that the tool failed or did not run; null if the tool succeeded or if the caller runs it.</summary>
    public string? Error { get; internal init; }

    /// <summary>The run time of the tool; null if the tool did not run.</summary>
    public TimeSpan? Duration { get; internal init; }

    /// <summary>Whether the user approved the call; null if no confirmation was requested.</summary>
    public bool? Approved { get; internal init; }

    internal bool IsAnswered => Result is not null || Error is not null;

    /// <summary>Returns the call in code notation.</summary>
    /// <returns>The name, and the arguments in parentheses.</returns>
    public override string ToString() => $"{Name}({Arguments})";

    /// <summary>Creates an id for a call that the server sent without one.</summary>
    internal static string NewId() => "call_" + Guid.NewGuid().ToString("N")[..24];
}

/// <summary>A page that the model read during a web search.</summary>
/// <param name="Index">The number by which the answer cites the page; null if the service sent no number.</param>
/// <param name="Title">The page's title.</param>
/// <param name="Url">The page's address.</param>
/// <param name="SiteName">The site's name.</param>
public sealed record QwenSearchResult(int? Index, string? Title, string? Url, string? SiteName)
{
    /// <summary>Returns the page's URL, or its title if the service sent no URL.</summary>
    /// <returns>The URL or title; empty if the service sent neither.</returns>
    public override string ToString() => Url ?? Title ?? "";
}

/// <summary>The parts of a conversation that a request contained, and the parts that it omitted.</summary>
public sealed record QwenContext
{
    /// <summary>The number of earlier turns that the model received verbatim, either in the request or from state on the service.</summary>
    public int TurnsVerbatim { get; init; }

    /// <summary>
    /// The approximate number of earlier turns in the request that the model did not read completely. In the Responses and Conversations APIs, the service
    /// drops the middle of input that exceeds the model's limit.
    /// </summary>
    public int TurnsCut { get; init; }

    /// <summary>The number of earlier turns that were sent with this request; 0 if the service already had them.</summary>
    public int TurnsSent { get; init; }

    /// <summary>The number of earlier turns that the model received as a summary.</summary>
    public int TurnsSummarized { get; init; }

    /// <summary>The number of earlier turns that were omitted: neither sent verbatim, nor summarized, nor recalled.</summary>
    public int TurnsLeftOut { get; init; }

    /// <summary>For a request that was not sent: the number of turns that would be summarized first.</summary>
    public int TurnsToSummarize { get; init; }

    /// <summary>
    /// For a request that was not sent: the approximate number of input tokens after <see cref="TurnsToSummarize"/> turns are summarized; null if no
    /// turns would be summarized.
    /// </summary>
    public long? EstimatedTokensSummarized { get; init; }

    /// <summary>
    /// The earlier turns that the request contained because they are most similar to its message, in the conversation's order; usually empty.
    /// </summary>
    public IReadOnlyList<QwenRecalledTurn> Recalled { get; init; } = [];

    /// <summary>
    /// For a request that was not sent: the number of turns that would be recalled. Set only if finding the turns requires a call or a store search.
    /// </summary>
    public int TurnsToRecall { get; init; }

    /// <summary>True if state that the service had deleted was rebuilt from the transcript.</summary>
    public bool Rebuilt { get; init; }

    /// <summary>
    /// True when the request does not begin with all bytes of the previous request. The service's context cache then has little or no effect.
    /// </summary>
    public bool PrefixBroken { get; init; }

    /// <summary>The approximate number of input tokens of the request; null if no estimate was needed before sending.</summary>
    public long? EstimatedTokens { get; init; }

    /// <summary>The approximate number of input tokens if all earlier turns were sent verbatim; null if no policy applied.</summary>
    public long? EstimatedTokensBefore => Before?.Value;

    /// <summary>The value of <see cref="EstimatedTokensBefore"/>, computed on demand because the estimate examines every omitted turn.</summary>
    internal Lazy<long>? Before { get; init; }

    /// <summary>
    /// The approximate number of input tokens that the context cache may contain, because the previous request also contained them; null if
    /// <see cref="EstimatedTokens"/> is null.
    /// </summary>
    public long? CacheableTokens { get; init; }

    /// <summary>Returns a description for display: <c>2 turns verbatim, 1 recalled, 3 omitted, about 199 tokens</c>.</summary>
    /// <returns>The numbers that are known and not zero.</returns>
    public override string ToString()
    {
        (long Count, string Name)[] parts =
        [
            (TurnsCut, "cut by the service"),
            (TurnsSummarized, "summarized"), (Recalled.Count, "recalled"), (TurnsLeftOut, "omitted"), (TurnsToSummarize, "to be summarized"),
                (TurnsToRecall, "to be recalled"),
        ];
        var text = parts.Where(part => part.Count > 0).Select(part => FormattableString.Invariant($"{part.Count:N0} {part.Name}"))
            .Prepend(Quantity.Of(TurnsVerbatim, "turn") + " verbatim");
        if (EstimatedTokens is { } tokens)
            text = text.Append($"about {Quantity.Of(tokens, "token")}");
        if (Rebuilt)
            text = text.Append("rebuilt");
        return string.Join(", ", text);
    }
}

/// <summary>The reply to one message. Immutable. Its string form is its text.</summary>
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

    /// <summary>The reply's text; empty if the model only called tools.</summary>
    public string Text => _text ??= Turn.Text;

    /// <summary>The reply as an object, if -As or -Schema requested an object; otherwise null.</summary>
    public object? Value { get; internal init; }

    /// <summary>Whether the reply was requested as an object, which may be null.</summary>
    internal bool HasValue { get; init; }

    /// <summary>The model's thinking; empty if the model did not think.</summary>
    public string Thinking => _thinking ??= Turn.Thinking;

    /// <summary>The tool calls of all rounds, with the results of the calls that ran.</summary>
    public IReadOnlyList<QwenToolCall> ToolCalls { get; internal init; } = [];

    /// <summary>The calls to service tools, such as web searches and code runs, with their results.</summary>
    public IReadOnlyList<QwenServiceToolCall> ServiceToolCalls => Turn.ServiceToolCalls;

    /// <summary>The reply's items, in order: thinking, messages, tool calls, and accompanying items such as images and OCR results.</summary>
    public IReadOnlyList<QwenItem> Items => _items ??= Turn.Items.Skip(Turn.InputCount).ToArray();

    /// <summary>The web pages that the model read.</summary>
    public IReadOnlyList<QwenSearchResult> SearchResults { get; internal init; } = [];

    /// <summary>The audio of the reply, in the requested format (WAV by default); null if the reply has no audio.</summary>
    public byte[]? Audio { get; internal init; }

    /// <summary>The token usage as reported by the service.</summary>
    public QwenUsage? Usage => Turn.Usage;

    /// <summary>The cost of the turn, in <see cref="Currency"/>; null if the price is not known.</summary>
    public decimal? Cost { get; internal init; }

    /// <summary>
    /// The cost, in <see cref="Currency"/>, of calls made for the turn before it was sent, for example for a summary. This cost is not part of
    /// <see cref="Cost"/>. Null if there were no additional calls, or if a price is not known.
    /// </summary>
    public decimal? CallsCost { get; internal init; }

    /// <summary>The currency of <see cref="Cost"/> and <see cref="CallsCost"/>.</summary>
    public string? Currency { get; internal init; }

    /// <summary>The reason that the model stopped, as reported by the service.</summary>
    public string? FinishReason { get; internal init; }

    /// <summary>The service's response id.</summary>
    public string? ResponseId => Turn.ResponseId;

    /// <summary>The service's request id, for support requests.</summary>
    public string? RequestId { get; internal init; }

    /// <summary>The model that replied, as named by the service.</summary>
    public string? Model => Turn.Model;

    /// <summary>The time when the reply was created, in UTC.</summary>
    public DateTimeOffset CreatedAt => Turn.CreatedAt;

    /// <summary>The time when the service deletes the response, in UTC; null if the client keeps the history.</summary>
    public DateTimeOffset? ExpiresAt => Turn.Server?.ExpiresAt;

    /// <summary>The time from the start of the turn to the end of the reply, including retries.</summary>
    public TimeSpan Duration { get; internal init; }

    /// <summary>The time from the start of the turn to the first chunk of the reply; null if the reply was not streamed.</summary>
    public TimeSpan? TimeToFirstToken { get; internal init; }

    /// <summary>The final state of the reply.</summary>
    public string State => Turn.State;

    /// <summary>The parts of the conversation that the request contained, and the parts that it omitted.</summary>
    public QwenContext Context { get; internal init; } = new();

    /// <summary>The conversation that the turn was added to.</summary>
    public QwenConversation Conversation { get; }

    /// <summary>The turn that ends with this reply.</summary>
    internal QwenTurn Turn { get; }

    /// <summary>Creates a conversation that ends with this reply; the original stays unchanged.</summary>
    /// <returns>The branch.</returns>
    public QwenConversation Continue() => Conversation.Branch(_path);

    /// <summary>Returns the reply's text.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;
}

/// <summary>The kinds of chunks in a streamed reply. They are strings, because ConvertTo-Json writes an enum as a number.</summary>
public static class QwenReplyDeltaKind
{
    /// <summary>A chunk of the model's thinking.</summary>
    public const string Thinking = "Thinking";

    /// <summary>A chunk of the reply's text.</summary>
    public const string Text = "Text";

    /// <summary>A chunk of a tool call's arguments.</summary>
    public const string ToolCall = "ToolCall";

    /// <summary>A description of a service tool call.</summary>
    public const string ServiceToolCall = "ServiceToolCall";

    /// <summary>The result of a tool call.</summary>
    public const string ToolResult = "ToolResult";

    /// <summary>A chunk of audio, base64-encoded.</summary>
    public const string Audio = "Audio";

    /// <summary>The last chunk, which contains the complete reply.</summary>
    public const string Done = "Done";
}

/// <summary>A chunk of a streamed reply. Its string form is its text, with control characters made visible.</summary>
public sealed class QwenReplyDelta
{
    internal QwenReplyDelta(string kind, string text, QwenReply? reply = null)
    {
        Kind = kind;
        Text = text;
        Reply = reply;
    }

    /// <summary>The kind of the chunk.</summary>
    public string Kind { get; }

    /// <summary>The chunk's text, unchanged, including control characters; empty for <see cref="QwenReplyDeltaKind.Done"/>.</summary>
    public string Text { get; }

    /// <summary>The complete reply; only for <see cref="QwenReplyDeltaKind.Done"/>.</summary>
    public QwenReply? Reply { get; }

    /// <summary>Tool calls that the reader must run before it continues; null in every chunk that is shown.</summary>
    internal ToolRun? Run { get; init; }

    /// <summary>An answer from which the reader must create the reply's value; null in every chunk that is shown.</summary>
    internal AnswerDraft? Draft { get; init; }

    /// <summary>Returns the chunk's text, safe to write to a terminal.</summary>
    /// <returns><see cref="Text"/>, with control characters made visible.</returns>
    public override string ToString() => VisibleText.Of(Text);
}
