using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Tools;
using QwenChat.Vectors;

namespace QwenChat;

/// <summary>The final states of a turn or a reply. They are strings, because ConvertTo-Json writes an enum as a number.</summary>
public static class QwenReplyState
{
    /// <summary>The model finished.</summary>
    public const string Completed = "Completed";

    /// <summary>The service stopped early, because of a token limit or its own time limit.</summary>
    public const string Incomplete = "Incomplete";

    /// <summary>The turn was stopped by the caller; the text received so far was kept.</summary>
    public const string Interrupted = "Interrupted";

    internal static readonly string[] All = [Completed, Incomplete, Interrupted];
}

/// <summary>One turn: the input items since the previous reply, and the reply. Immutable, and shared by every branch that contains it.</summary>
public sealed class QwenTurn
{
    private QwenStore? _savedIn;
    private TurnVector? _vectors;
    private QwenServiceToolCall[]? _serviceToolCalls;
    private object? _id;

    internal QwenTurn(int number, IReadOnlyList<QwenItem> items, int inputCount)
    {
        Number = number;
        // An array, because PowerShell cannot index the list that a collection expression creates.
        Items = items as QwenItem[] ?? items.ToArray();
        InputCount = inputCount;
        RefersToStore = Items.Any(item => item.TemporaryAddresses.Count > 0);
        MayBeOdd = Items.Any(IsOdd);
        HasMedia = Items.Any(item => item.MayHaveMedia);
        AnswerStart = Items.Count;
        while (AnswerStart > inputCount && Items[AnswerStart - 1] is not ({ Role: "tool" } or { Type: "function_call_output" or "custom_tool_call_output" }))
            AnswerStart--;
    }

    /// <summary>The turn's position in the conversation, from 1.</summary>
    public int Number { get; }

    /// <summary>The input items, followed by the items of the reply.</summary>
    public IReadOnlyList<QwenItem> Items { get; }

    /// <summary>The text of the last user message; empty if there is no user message.</summary>
    public string Message
    {
        get
        {
            for (int i = InputCount - 1; i >= 0; i--)
            {
                if (Items[i].Role == "user")
                    return Items[i].Text;
            }
            return "";
        }
    }

    /// <summary>The reply's text.</summary>
    public string Text => Join("message", AnswerStart);

    /// <summary>The model's thinking; empty if the model did not think.</summary>
    public string Thinking => Join("reasoning", InputCount);

    /// <summary>The calls of service tools, in order.</summary>
    public IReadOnlyList<QwenServiceToolCall> ServiceToolCalls => _serviceToolCalls ??= Items.Skip(InputCount).SelectMany(ServiceToolItems.Read).ToArray();

    /// <summary>The token usage of this turn as reported by the service.</summary>
    public QwenUsage? Usage { get; internal init; }

    /// <summary>The final state of the turn.</summary>
    public string State { get; internal init; } = QwenReplyState.Completed;

    /// <summary>The model that replied, as named by the service.</summary>
    public string? Model { get; internal init; }

    /// <summary>The service's response id.</summary>
    public string? ResponseId { get; internal init; }

    /// <summary>The time when the reply was created, in UTC.</summary>
    public DateTimeOffset CreatedAt { get; internal init; }

    /// <summary>The turn's identity, in memory and in stores. A changed turn gets a new id. Created on first access, because few turns need it.</summary>
    internal Guid Id
    {
        get => (Guid)LazyInitializer.EnsureInitialized(ref _id, static () => (object)Guid.NewGuid());
        init => _id = value;
    }

    /// <summary>The store that contains the turn and all turns before it; null if the turn was never saved.</summary>
    internal QwenStore? SavedIn
    {
        get => Volatile.Read(ref _savedIn);
        set => Volatile.Write(ref _savedIn, value);
    }

    /// <summary>The text for searching and embedding: user and assistant messages, without thinking or tool calls.</summary>
    internal string SpokenText =>
        string.Join("\n", Items.Where(item => item.Type == "message" && item.Role is "user" or "assistant").Select(item => item.Text)
        .Where(text => text.Length > 0));

    /// <summary>The turn's vectors for different embedding models, newest first; empty for a turn whose vectors are in a store.</summary>
    internal IEnumerable<TurnVector> Vectors
    {
        get
        {
            for (var one = Volatile.Read(ref _vectors); one is not null; one = one.Next)
                yield return one;
        }
    }

    /// <summary>Whether any item refers to the temporary store (wire §6.4). Computed once, because every request needs it for the whole history.</summary>
    internal bool RefersToStore { get; }

    /// <summary>
    /// Whether items may need a different format or order in requests. Examples are tool calls and results, system messages, and media from the assistant.
    /// False positives are possible.
    /// </summary>
    internal bool MayBeOdd { get; }

    /// <summary>Whether the turn may contain media. False positives are possible.</summary>
    internal bool HasMedia { get; }

    /// <summary>The number of input items at the start of <see cref="Items"/>.</summary>
    internal int InputCount { get; }

    /// <summary>The index of the final answer in <see cref="Items"/>: after the input items, or after the results of the last tool round.</summary>
    internal int AnswerStart { get; }

    /// <summary>The token usage of each request of a turn with several requests; empty for a turn with one request.</summary>
    internal IReadOnlyList<QwenUsage> Requests { get; init; } = [];

    /// <summary>The token usage of the turn's last request, whose input includes the items of the turn's earlier requests.</summary>
    internal QwenUsage? LastUsage => Requests.Count > 0 ? Requests[^1] : Usage;

    /// <summary>The service's state up to and including this turn; null if a request cannot continue from it.</summary>
    internal ServerState? Server { get; init; }

    /// <summary>The terms that determine the cost of the turn; null if they are not known, for example for a turn read from the service.</summary>
    internal BillingTerms? Terms { get; init; }

    /// <summary>The estimated usage, used only to enforce limits; null if the service reported the usage, or if there is no limit.</summary>
    internal QwenUsage? EstimatedUsage { get; init; }

    /// <summary>The token estimate of the turn; null until it is computed, and never changed afterward.</summary>
    internal CountedTurn? Counted { get; set; }

    /// <summary>
    /// The earlier turns that the turn's request contained. Null if they are not known, for example for a turn read from the service, or if the request
    /// contained all turns because no policy applied.
    /// </summary>
    internal SentContext? Sent { get; init; }

    /// <summary>Returns the reply's text.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;

    /// <summary>Returns the turn's unit vector in an embedding space; null if the vector is not in memory.</summary>
    internal float[]? FindVector(EmbeddingSpace space)
    {
        for (var one = Volatile.Read(ref _vectors); one is not null; one = one.Next)
        {
            if (one.Model == space.Model && one.Values.Length == space.Dimensions)
                return one.Values;
        }
        return null;
    }

    internal void KeepVector(string model, float[] values)
    {
        TurnVector? before;
        do
            before = Volatile.Read(ref _vectors);
        while (Interlocked.CompareExchange(ref _vectors, new TurnVector(model, values, before), before) != before);
    }

    /// <summary>Returns whether an item may need a different format or position in requests; see <see cref="MayBeOdd"/>.</summary>
    internal static bool IsOdd(QwenItem item) => item.Role switch
    {
        "user" => false,
        "system" or "developer" or "tool" => true,
        "assistant" => item.MayHaveMedia || item.Frame.Span.IndexOf("_call"u8) >= 0,
        _ => item.Type is "function_call" or "function_call_output" or "custom_tool_call" or "custom_tool_call_output",
    };

    private string Join(string type, int from)
    {
        string text = "";
        for (int i = from; i < Items.Count; i++)
        {
            if (Items[i].Type == type)
                text += Items[i].Text;
        }
        return text;
    }

    internal QwenTurn With(int number, IReadOnlyList<QwenItem> items, int inputCount, ServerState? server)
    {
        var turn = new QwenTurn(number, items, inputCount)
        {
            Usage = Usage,
            State = State,
            Model = Model,
            ResponseId = ResponseId,
            CreatedAt = CreatedAt,
            Server = server,
            Terms = Terms,
            EstimatedUsage = EstimatedUsage,
            Sent = Sent,
            Requests = Requests,
        };
        // If the text is unchanged, the vectors are still valid.
        if (Volatile.Read(ref _vectors) is { } vectors && turn.SpokenText == SpokenText)
            turn._vectors = vectors;
        return turn;
    }
}

/// <summary>State kept by the service: the id that continues it, its address, and its expiry.</summary>
/// <param name="ResponseId">The value for <c>previous_response_id</c>.</param>
/// <param name="Address">The service's address without a path; state cannot be moved between addresses.</param>
/// <param name="ExpiresAt">The time when the service deletes the state (wire §2.3: 7 days).</param>
internal sealed record ServerState(string ResponseId, string Address, DateTimeOffset ExpiresAt)
{
    /// <summary>The index of the conversation's first turn that the state contains; a context policy may have omitted earlier turns.</summary>
    public int First { get; init; }

    /// <summary>The time for which the service keeps a response or an item.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);
}
