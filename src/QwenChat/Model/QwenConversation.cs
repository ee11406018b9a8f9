using QwenChat.Catalogue;
using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Store;
using QwenChat.Tools;
using QwenChat.Vectors;

namespace QwenChat;

/// <summary>
/// A conversation: settings and a position in a tree of immutable, shared turns. A conversation always contains the complete transcript, wherever the
/// history is kept. A failed turn does not change the conversation.
/// </summary>
public sealed class QwenConversation : IQwenConversation
{
    private readonly object _gate = new();
    private readonly HashSet<string> _warnings = [];
    private ConversationSettings _settings;

    internal QwenConversation(QwenApi api, QwenConnection connection, QwenOptions options, string? id = null, DateTimeOffset? createdAt = null)
        : this(api, connection, new ConversationSettings { Options = options }, id, createdAt)
    {
    }

    internal QwenConversation(QwenApi api, QwenConnection connection, ConversationSettings settings, string? id = null, DateTimeOffset? createdAt = null)
    {
        _settings = settings;
        ApiKind = api;
        Connection = connection;
        Id = id ?? LocalId.ForConversation();
        CreatedAt = createdAt ?? DateTimeOffset.UtcNow;
    }

    /// <summary>The id of the conversation object with the Conversations API; otherwise a local id.</summary>
    public string Id { get; internal set; }

    /// <summary>The name that the user gave the conversation.</summary>
    public string? Name { get => Settings.Name; internal set => Change(settings => settings with { Name = value }); }

    /// <summary>The API that the conversation uses: one of the names of <see cref="QwenApi"/>.</summary>
    public string Api => ApiKind.ToString();

    /// <summary>The API as an enum. The public property is a string, because ConvertTo-Json writes an enum as a number.</summary>
    internal QwenApi ApiKind { get; set; }

    /// <summary>The model of the next turn.</summary>
    public string Model => Options.Model!;

    /// <summary>The system message of the next turn.</summary>
    public string? Instructions => Options.Instructions;

    /// <summary>All turns, oldest first.</summary>
    public IReadOnlyList<QwenTurn> Turns => Path.From(0).ToArray();

    /// <summary>The number of turns.</summary>
    public int TurnCount => Path.Count;

    /// <summary>The policy that selects the part of the history to send; null to send the whole history.</summary>
    public QwenContextPolicy? ContextPolicy { get => Settings.ContextPolicy; internal set => Change(settings => settings with { ContextPolicy = value }); }

    /// <summary>
    /// The summaries of earlier turns, oldest first. In requests, the last summary replaces the turns that it covers, unless some of these turns must be
    /// sent verbatim.
    /// </summary>
    public IReadOnlyList<QwenSummary> Summaries => Transcript.Summaries;

    /// <summary>The response id of the last turn; null if there is no turn, or if the last turn has no response id.</summary>
    public string? LastResponseId => Path.Last?.ResponseId;

    /// <summary>The time when the conversation was created, in UTC.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>The time when the service begins to delete the conversation's state, in UTC; null if the client keeps the history.</summary>
    public DateTimeOffset? ExpiresAt => ApiKind switch
    {
        QwenApi.ChatCompletions or QwenApi.DashScope => null,
        QwenApi.Conversations => Held?.ExpiresAt,
        _ => Path.LastServer?.ExpiresAt,
    };

    /// <summary>The total usage of all requests of this conversation; null before the first request.</summary>
    public QwenUsage? Usage => Ledger.Usage;

    /// <summary>The cost limit of the conversation, in the currency of its model's price; null for no limit.</summary>
    public decimal? CostLimit { get => Settings.CostLimit; internal set => Change(settings => settings with { CostLimit = value }); }

    /// <summary>The token limit of the conversation, input and output together; null for no limit.</summary>
    public long? TokenLimit { get => Settings.TokenLimit; internal set => Change(settings => settings with { TokenLimit = value }); }

    /// <summary>The user's metadata for the conversation.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get => Settings.Metadata; internal set => Change(settings => settings with { Metadata = value }); }

    /// <summary>
    /// The connection of the conversation; its key is not shown. Until the first turn, it is the session's connection, unless a connection was
    /// specified.
    /// </summary>
    public QwenConnection Connection { get; internal set; }

    /// <summary>The settings that the conversation took from the defaults of the session; null if its settings no longer follow the session.</summary>
    internal SessionDefaults? Defaults { get; set; }

    /// <summary>True before the first turn, while the service has no object for the conversation.</summary>
    internal bool HasNotBegun => TurnCount == 0 && Held is null;

    /// <summary>The durable store of the conversation; null if the conversation is only in memory.</summary>
    public QwenStore? Store => Place?.Store;

    internal StoreBinding? Place { get; set; }

    /// <summary>The tools that the model may call in every turn (<c>-Tool</c>). They belong to this session; stores and files do not contain them.</summary>
    public IReadOnlyList<QwenTool> Tools => ToolOptions.Tools ?? [];

    internal ToolOptions ToolOptions => Settings.Tools;

    internal QwenOptions Options { get => Settings.Options; set => Change(settings => settings with { Options = value }); }

    internal ConversationSettings Settings => Volatile.Read(ref _settings);

    /// <summary>True if the service must not store anything (<c>store:false</c>).</summary>
    internal bool Stateless { get => Settings.Stateless; init => _settings = _settings with { Stateless = value }; }

    /// <summary>The address of a server that is known not to keep responses; otherwise null.</summary>
    internal string? KeepsNothingAt { get; set; }

    /// <summary>The number of consecutive times that a server did not recognize its own response id.</summary>
    internal int TimesForgotten { get; set; }

    /// <summary>The conversation object on the service; null if no object has been created.</summary>
    internal RemoteConversation? Held { get; private set; }

    /// <summary>True if the next request cannot begin with the bytes of the previous request.</summary>
    internal bool PrefixBroken { get; set; }

    /// <summary>The summary that replaces the first turns in requests; null if no summary replaces them.</summary>
    internal QwenSummary? Summary => Transcript.NewestSummary(ContextPolicy);

    /// <summary>A summary that was written for a turn that then failed. The next turn uses it.</summary>
    internal QwenSummary? WaitingSummary { get; set; }

    internal CallFailures SummaryFailures { get; set; }

    internal CallFailures RecallFailures { get; set; }

    /// <summary>The queue of turns to embed; shared with branches.</summary>
    internal EmbeddingQueue Embeddings { get; private init; } = new();

    /// <summary>The model's input limit as reported by the service; null if no limit was reported.</summary>
    internal InputLimit? InputLimit { get; set; }

    /// <summary>The head of the last request; null before the first request. A different head breaks the prefix.</summary>
    internal RequestHead? LastHead { get; set; }

    /// <summary>Serializes turns and changes to the history.</summary>
    internal TurnClaims Claims { get; } = new(TimeProvider.System);

    /// <summary>Serializes writes to the store. This semaphore is separate from <see cref="Claims"/>, so that settings can be saved during a turn.</summary>
    internal SemaphoreSlim Saving { get; } = new(1, 1);

    /// <summary>
    /// The usage and cost of this conversation, including calls outside turns. The turns are totaled on first access, so that creating a branch stays
    /// fast.
    /// </summary>
    internal Ledger Ledger => Transcript.LedgerOver(Connection);

    /// <summary>The usage and cost of calls outside turns. Reading this property does not compute <see cref="Ledger"/>.</summary>
    internal IReadOnlyList<CallLine> CallLines => Transcript.CallLines;

    internal LimitCount Counted => Ledger.Counted;

    private ConversationTranscript Transcript { get; init; } = new(new TurnPath(), [], SummaryList.Empty);

    internal TurnPath Path => Transcript.Path;

    /// <summary>The items that were added explicitly since the last reply; they become part of the next turn.</summary>
    internal IReadOnlyList<QwenItem> Pending => Transcript.Pending;

    internal IEnumerable<QwenItem> Items => Path.From(0).SelectMany(turn => turn.Items).Concat(Pending);

    /// <inheritdoc/>
    public QwenConversation Continue() => this;

    /// <summary>Returns the conversation's name, or its id if it has no name.</summary>
    /// <returns>A short form for messages.</returns>
    public override string ToString() => Name ?? Id;

    /// <summary>Changes settings without losing concurrent changes to other settings.</summary>
    internal void Change(Func<ConversationSettings, ConversationSettings> change)
    {
        lock (_gate)
            Volatile.Write(ref _settings, change(_settings));
    }

    internal TurnPath Append(QwenTurn turn, int pendingTaken) => Transcript.Append(turn, pendingTaken, Connection);

    internal void AddSummary(QwenSummary summary) => Transcript.AddSummary(summary);

    /// <summary>All summaries, for copying to another conversation with the same beginning.</summary>
    internal SummaryList AllSummaries => Transcript.AllSummaries;

    /// <summary>Replaces the summaries. Without summaries, all turns are sent verbatim again.</summary>
    internal void ReplaceSummaries(SummaryList summaries)
    {
        Transcript.ReplaceSummaries(summaries);
        WaitingSummary = null;
        SummaryFailures = default;
    }

    /// <summary>Attaches a conversation object on the service. Its id becomes the id of the conversation.</summary>
    internal void Attach(RemoteConversation held)
    {
        Held = held;
        Id = held.Id;
    }

    /// <summary>Detaches the conversation object, because it was deleted or the service no longer has it.</summary>
    internal void Detach() => Held = null;

    /// <summary>Returns true when a warning is passed for the first time, so that each warning is reported once per conversation.</summary>
    internal bool WarnOnce(string warning)
    {
        lock (_gate)
            return _warnings.Add(warning);
    }

    internal void AddPending(IEnumerable<QwenItem> items) => Transcript.AddPending(items);

    /// <summary>Replaces the pending items with the items that another process has stored.</summary>
    internal void ReplacePending(IEnumerable<QwenItem> items) => Transcript.ReplacePending(items);

    /// <summary>
    /// Replaces the turns after an undo, a removal or a rebuild. The running totals still include removed turns, because their tokens have been billed.
    /// </summary>
    internal void MoveTo(TurnPath path, IReadOnlyList<QwenItem>? pending = null)
    {
        Transcript.MoveTo(path, pending, Connection);
        PrefixBroken = true;
    }

    /// <summary>Returns a consistent snapshot of the parts that change with each turn.</summary>
    internal (TurnPath Path, IReadOnlyList<QwenItem> Pending, QwenUsage? Usage, LimitCount Counted) Snapshot() => Transcript.Snapshot(Connection);

    /// <summary>Restores a new conversation from content read from a file, a store or the service.</summary>
    internal void Restore(TurnPath path, IReadOnlyList<QwenItem> pending, QwenUsage? usage, bool prefixBroken, LimitCount? counted = null,
        IReadOnlyList<CallLine>? calls = null)
    {
        Transcript.Restore(path, pending, Ledger.Of(path, Connection, usage, counted, calls));
        PrefixBroken = prefixBroken;
    }

    /// <summary>Creates a conversation that shares the turns of <paramref name="path"/> and has the same settings, except the name.</summary>
    internal QwenConversation Branch(TurnPath path, IReadOnlyList<QwenItem>? pending = null) =>
        new(ApiKind, Connection, Settings with { Name = null })
        {
            KeepsNothingAt = KeepsNothingAt,
            LastHead = LastHead,
            Defaults = Defaults,
            InputLimit = InputLimit,
            Embeddings = Embeddings,
            RecallFailures = RecallFailures,
            Place = Place?.ForBranch(),
            Transcript = new ConversationTranscript(path, pending ?? [], AllSummaries),
        };
}
