using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Vectors;

namespace QwenChat;

/// <summary>How a turn or a reply ended: words, since ConvertTo-Json writes an enum as a number.</summary>
public static class QwenReplyState
{
    /// <summary>The model finished.</summary>
    public const string Completed = "Completed";

    /// <summary>The service stopped early: a token limit, or its own time limit.</summary>
    public const string Incomplete = "Incomplete";

    /// <summary>The caller stopped; the text that had arrived was kept.</summary>
    public const string Interrupted = "Interrupted";

    internal static readonly string[] All = [Completed, Incomplete, Interrupted];
}

/// <summary>
/// One turn: what the user's side said since the last answer, and that answer. Immutable, and shared by every branch that holds it.
/// </summary>
public sealed class QwenTurn
{
    private QwenStore? _savedIn;
    private TurnVector? _vectors;

    internal QwenTurn(int number, IReadOnlyList<QwenItem> items, int inputCount)
    {
        Number = number;
        // An array, since PowerShell cannot index the list that a collection expression makes.
        Items = items as QwenItem[] ?? items.ToArray();
        InputCount = inputCount;
        RefersToStore = Items.Any(item => item.TemporaryAddresses.Count > 0);
        MayBeOdd = Items.Any(IsOdd);
        HasMedia = Items.Any(item => item.MayHaveMedia);
        AnswerStart = Items.Count;
        while (AnswerStart > inputCount && Items[AnswerStart - 1] is not ({ Role: "tool" } or { Type: "function_call_output" or "custom_tool_call_output" }))
            AnswerStart--;
    }

    /// <summary>The turn's place in the conversation, from 1.</summary>
    public int Number { get; }

    /// <summary>The user side's items, then the answer's.</summary>
    public IReadOnlyList<QwenItem> Items { get; }

    /// <summary>What the user said: the text of the last user message; empty when there was none.</summary>
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

    /// <summary>The answer's text.</summary>
    public string Text => Join("message", AnswerStart);

    /// <summary>The model's thinking; empty when it showed none.</summary>
    public string Thinking => Join("reasoning", InputCount);

    /// <summary>What the service counted for this turn.</summary>
    public QwenUsage? Usage { get; internal init; }

    /// <summary>How the turn ended.</summary>
    public string State { get; internal init; } = QwenReplyState.Completed;

    /// <summary>The model that answered, as the service names it.</summary>
    public string? Model { get; internal init; }

    /// <summary>The service's id of the answer.</summary>
    public string? ResponseId { get; internal init; }

    /// <summary>When the answer was made, UTC.</summary>
    public DateTimeOffset CreatedAt { get; internal init; }

    /// <summary>The turn's identity, in memory and in stores. A changed turn is another turn.</summary>
    internal Guid Id { get; init; } = Guid.NewGuid();

    /// <summary>The store that the turn is known to be in, with all turns before it; null when it was never saved.</summary>
    internal QwenStore? SavedIn
    {
        get => Volatile.Read(ref _savedIn);
        set => Volatile.Write(ref _savedIn, value);
    }

    /// <summary>What was said, for searching and embedding: the messages of user and assistant, without thinking and tools.</summary>
    internal string SpokenText =>
        string.Join("\n", Items.Where(item => item.Type == "message" && item.Role is "user" or "assistant").Select(item => item.Text)
        .Where(text => text.Length > 0));

    /// <summary>What it means to each embedding model that was asked, the newest first; empty for a turn whose vectors are kept in a store.</summary>
    internal IEnumerable<TurnVector> Vectors
    {
        get
        {
            for (var one = Volatile.Read(ref _vectors); one is not null; one = one.Next)
                yield return one;
        }
    }

    /// <summary>Whether any item refers to the temporary store (qwen-api §6.4). Known once, since every request asks it of the whole history.</summary>
    internal bool RefersToStore { get; }

    /// <summary>Whether items may need another form or order to be sent: calls, results, system messages, media of an assistant's. False is certain.</summary>
    internal bool MayBeOdd { get; }

    /// <summary>Whether there may be media in it. False is certain.</summary>
    internal bool HasMedia { get; }

    /// <summary>How many of <see cref="Items"/> are the user side's.</summary>
    internal int InputCount { get; }

    /// <summary>Where the last answer begins in <see cref="Items"/>: behind the user side, or behind the results of the last round of tools.</summary>
    internal int AnswerStart { get; }

    /// <summary>What the service counted for each request of a turn that needed several; empty for one that needed one.</summary>
    internal IReadOnlyList<QwenUsage> Requests { get; init; } = [];

    /// <summary>What the service counted for the turn's last request, whose input is the whole conversation so far.</summary>
    internal QwenUsage? LastUsage => Requests.Count > 0 ? Requests[^1] : Usage;

    /// <summary>Where the service keeps the state up to this turn; null when it keeps none that can be continued.</summary>
    internal ServerState? Server { get; init; }

    /// <summary>What the turn's bill depends on; null for one that was made elsewhere.</summary>
    internal BillingTerms? Terms { get; init; }

    /// <summary>About what was used where the service did not say, because the answer was broken off; it counts towards limits only.</summary>
    internal QwenUsage? EstimatedUsage { get; init; }

    /// <summary>What the estimate of tokens counted for the turn, once it was asked; it never changes.</summary>
    internal CountedTurn? Counted { get; set; }

    /// <summary>What its request carried of the turns before; null where that is not known: it was made elsewhere, or without a policy, and then all.</summary>
    internal SentContext? Sent { get; init; }

    /// <summary>The answer's text, like that of the reply.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;

    /// <summary>The turn's vector of length 1; null when it is not in memory, or is one that cannot be compared.</summary>
    internal float[]? FindVector(EmbeddingSpace space)
    {
        for (var one = Volatile.Read(ref _vectors); one is not null; one = one.Next)
        {
            if (one.Model == space.Model && one.Values.Length == space.Dimensions)
                return one.Values;
        }
        return null;
    }

    /// <summary>Keeps a vector of length 1.</summary>
    internal void KeepVector(string model, float[] values)
    {
        TurnVector? before;
        do
            before = Volatile.Read(ref _vectors);
        while (Interlocked.CompareExchange(ref _vectors, new TurnVector(model, values, before), before) != before);
    }

    /// <summary>Whether an item may need another form or place in requests; see <see cref="MayBeOdd"/>.</summary>
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
        // What says the same means the same.
        if (Volatile.Read(ref _vectors) is { } vectors && turn.SpokenText == SpokenText)
            turn._vectors = vectors;
        return turn;
    }
}

/// <summary>State the service keeps: which id continues it, at which address it lives, and when it is forgotten.</summary>
/// <param name="ResponseId">The id for <c>previous_response_id</c>.</param>
/// <param name="Address">The service's address, without path; state does not move between addresses.</param>
/// <param name="ExpiresAt">When the service forgets it (qwen-api §2.3: 7 days).</param>
internal sealed record ServerState(string ResponseId, string Address, DateTimeOffset ExpiresAt)
{
    /// <summary>The first of the conversation's turns that the state holds, from 0: a policy began it there.</summary>
    public int First { get; init; }

    /// <summary>How long the service keeps a response or an item.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);
}
