using QwenChat.Catalogue;
using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Store;
using QwenChat.Tools;
using QwenChat.Vectors;

namespace QwenChat;

/// <summary>
/// A conversation: settings and a place in a tree of immutable, shared turns. It always holds the whole transcript, whoever keeps the
/// history. A failed turn leaves it exactly as it was.
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
        Id = id ?? "local_" + Guid.NewGuid().ToString("N");
        CreatedAt = createdAt ?? DateTimeOffset.UtcNow;
    }

    /// <summary>The service's id for the Conversations API, else a local one.</summary>
    public string Id { get; internal set; }

    /// <summary>A name of the user's.</summary>
    public string? Name { get => Settings.Name; internal set => Change(settings => settings with { Name = value }); }

    /// <summary>Who keeps the history, and how a round continues: one of the names of <see cref="QwenApi"/>.</summary>
    public string Api => ApiKind.ToString();

    /// <summary>The API itself. What is public is a word, since ConvertTo-Json writes an enum as a number.</summary>
    internal QwenApi ApiKind { get; set; }

    /// <summary>The model of the next turn.</summary>
    public string Model => Options.Model!;

    /// <summary>The system text of the next turn.</summary>
    public string? Instructions => Options.Instructions;

    /// <summary>All turns, oldest first.</summary>
    public IReadOnlyList<QwenTurn> Turns => Path.From(0).ToArray();

    /// <summary>How many turns there are.</summary>
    public int TurnCount => Path.Count;

    /// <summary>What is sent when the history grows; null: all of it.</summary>
    public QwenContextPolicy? ContextPolicy { get => Settings.ContextPolicy; internal set => Change(settings => settings with { ContextPolicy = value }); }

    /// <summary>The summaries of earlier turns, oldest first. The last one stands for its turns in requests, unless it
    /// reaches into those that are kept word for word.</summary>
    public IReadOnlyList<QwenSummary> Summaries => Transcript.Summaries;

    /// <summary>The id of the last answer; null before the first.</summary>
    public string? LastResponseId => Path.Last?.ResponseId;

    /// <summary>When the conversation was made, UTC.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>When the service begins to forget, UTC; null where the caller keeps the history.</summary>
    public DateTimeOffset? ExpiresAt => ApiKind switch
    {
        QwenApi.ChatCompletions or QwenApi.DashScope => null,
        QwenApi.Conversations => Held?.ExpiresAt,
        _ => Path.LastServer?.ExpiresAt,
    };

    /// <summary>What all requests of this conversation used together; null before the first.</summary>
    public QwenUsage? Usage => Ledger.Usage;

    /// <summary>The most that the conversation may cost, in the currency of its model's price; null for no limit.</summary>
    public decimal? CostLimit { get => Settings.CostLimit; internal set => Change(settings => settings with { CostLimit = value }); }

    /// <summary>The most tokens that the conversation may use, input and output together; null for no limit.</summary>
    public long? TokenLimit { get => Settings.TokenLimit; internal set => Change(settings => settings with { TokenLimit = value }); }

    /// <summary>The user's notes on the conversation.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get => Settings.Metadata; internal set => Change(settings => settings with { Metadata = value }); }

    /// <summary>
    /// The connection that the conversation is held over; its key is not shown. Until the first turn it is the session's, unless one was named.
    /// </summary>
    public QwenConnection Connection { get; internal set; }

    /// <summary>What was the session's choice when the conversation began; null when it keeps what it has.</summary>
    internal SessionDefaults? Defaults { get; set; }

    /// <summary>True while nothing was said: no turn, and nothing at the service.</summary>
    internal bool HasNotBegun => TurnCount == 0 && Held is null;

    /// <summary>The durable store that the conversation is kept in; null when it is kept in memory alone.</summary>
    public QwenStore? Store => Place?.Store;

    /// <summary>Where in the store it is kept.</summary>
    internal StoreBinding? Place { get; set; }

    /// <summary>The tools that the model may call in every turn (<c>-Tool</c>). They are this session's, and in no store and no file.</summary>
    public IReadOnlyList<QwenTool> Tools => ToolOptions.Tools ?? [];

    /// <summary>The tools, and how they are called.</summary>
    internal ToolOptions ToolOptions => Settings.Tools;

    /// <summary>What every turn asks for.</summary>
    internal QwenOptions Options { get => Settings.Options; set => Change(settings => settings with { Options = value }); }

    /// <summary>All options, as they are at one moment.</summary>
    internal ConversationSettings Settings
    {
        get { lock (_gate) return _settings; }
    }

    /// <summary>True when the service is to keep nothing (<c>store:false</c>).</summary>
    internal bool Stateless { get => Settings.Stateless; init => _settings = _settings with { Stateless = value }; }

    /// <summary>The address of a server that turned out to keep no responses; null while none did.</summary>
    internal string? KeepsNothingAt { get; set; }

    /// <summary>How often in a row a server did not know a response that it had made.</summary>
    internal int TimesForgotten { get; set; }

    /// <summary>The conversation object at the service; null where there is none, or none yet.</summary>
    internal RemoteConversation? Held { get; private set; }

    /// <summary>True when the next request cannot begin with the bytes of the one before.</summary>
    internal bool PrefixBroken { get; set; }

    /// <summary>The summary that stands for the first turns; null when there is none.</summary>
    internal QwenSummary? Summary => Transcript.NewestSummary(ContextPolicy);

    /// <summary>A summary that was written for a turn which then failed. The next turn takes it up.</summary>
    internal QwenSummary? WaitingSummary { get; set; }

    /// <summary>How many summaries have failed in a row.</summary>
    internal int SummaryFailures { get; set; }

    /// <summary>How many recalls by meaning have failed in a row.</summary>
    internal int RecallFailures { get; set; }

    /// <summary>The turns that wait to be embedded; the same for branches.</summary>
    internal EmbeddingQueue Embeddings { get; private init; } = new();

    /// <summary>What the service said of a model's limit; null when it never did.</summary>
    internal InputLimit? InputLimit { get; set; }

    /// <summary>How the last request began: model, tools and instructions. Another beginning breaks the prefix.</summary>
    internal ReadOnlyMemory<byte> LastHead { get; set; }

    /// <summary>One turn or change of the history at a time.</summary>
    internal TurnClaims Claims { get; } = new(TimeProvider.System);

    /// <summary>One write to the store at a time. Held over nothing else: settings are saved also while a turn is under way.</summary>
    internal SemaphoreSlim Saving { get; } = new(1, 1);

    /// <summary>
    /// What this conversation used and cost, calls that are no turns included. Its turns are added up when someone first asks, so
    /// that a branch costs nothing.
    /// </summary>
    internal Ledger Ledger => Transcript.LedgerOver(Connection);

    /// <summary>What calls that are no turns used and cost. Asking adds up no turns.</summary>
    internal IReadOnlyList<CallLine> CallLines => Transcript.CallLines;

    /// <summary>What counts towards limits.</summary>
    internal LimitCount Counted => Ledger.Counted;

    private ConversationTranscript Transcript { get; init; } = new(new TurnPath(), [], SummaryList.Empty);

    /// <summary>The turns.</summary>
    internal TurnPath Path => Transcript.Path;

    /// <summary>Items added by hand since the last answer; they belong to the turn that follows.</summary>
    internal IReadOnlyList<QwenItem> Pending => Transcript.Pending;

    /// <summary>The items of all turns, then those that wait for the next.</summary>
    internal IEnumerable<QwenItem> Items => Path.From(0).SelectMany(turn => turn.Items).Concat(Pending);

    /// <inheritdoc/>
    public QwenConversation Continue() => this;

    /// <summary>The conversation's name, or its id.</summary>
    /// <returns>A short form for messages.</returns>
    public override string ToString() => Name ?? Id;

    /// <summary>Changes options; what is set at the same time elsewhere stays.</summary>
    internal void Change(Func<ConversationSettings, ConversationSettings> change)
    {
        lock (_gate)
            _settings = change(_settings);
    }

    /// <summary>Adds a turn that took up the first <paramref name="pendingTaken"/> pending items.</summary>
    internal TurnPath Append(QwenTurn turn, int pendingTaken) => Transcript.Append(turn, pendingTaken, Connection);

    /// <summary>Puts a summary in the place of the turns that it covers.</summary>
    internal void AddSummary(QwenSummary summary) => Transcript.AddSummary(summary);

    /// <summary>The summaries, for another conversation that begins as this one.</summary>
    internal SummaryList AllSummaries => Transcript.AllSummaries;

    /// <summary>Puts other summaries in the place of those there are; none sends all turns word for word again.</summary>
    internal void ReplaceSummaries(SummaryList summaries)
    {
        Transcript.ReplaceSummaries(summaries);
        WaitingSummary = null;
        SummaryFailures = 0;
    }

    /// <summary>Takes a conversation object of the service for this conversation's own.</summary>
    internal void Attach(RemoteConversation held)
    {
        Held = held;
        Id = held.Id;
    }

    /// <summary>Gives it up: it was deleted, or is not known any more.</summary>
    internal void Detach() => Held = null;

    /// <summary>True the first time it is asked for a warning; the same is said only once a conversation.</summary>
    internal bool WarnOnce(string warning)
    {
        lock (_gate)
            return _warnings.Add(warning);
    }

    /// <summary>Adds items that wait for the next turn.</summary>
    internal void AddPending(IEnumerable<QwenItem> items) => Transcript.AddPending(items);

    /// <summary>Replaces the items that wait for the next turn by those that another writer of the store left.</summary>
    internal void ReplacePending(IEnumerable<QwenItem> items) => Transcript.ReplacePending(items);

    /// <summary>Puts the conversation elsewhere: an undo, a removal, a rebuilding. The running total stays: it was spent.</summary>
    internal void MoveTo(TurnPath path, IReadOnlyList<QwenItem>? pending = null)
    {
        Transcript.MoveTo(path, pending, Connection);
        PrefixBroken = true;
    }

    /// <summary>What changes as the conversation goes on, as it is at one moment.</summary>
    internal (TurnPath Path, IReadOnlyList<QwenItem> Pending, QwenUsage? Usage, LimitCount Counted) Snapshot() => Transcript.Snapshot(Connection);

    /// <summary>Fills a new conversation with what was read from elsewhere.</summary>
    internal void Restore(TurnPath path, IReadOnlyList<QwenItem> pending, QwenUsage? usage, bool prefixBroken, LimitCount? counted = null,
        IReadOnlyList<CallLine>? calls = null)
    {
        Transcript.Restore(path, pending, Ledger.Of(path, Connection, usage, counted, calls));
        PrefixBroken = prefixBroken;
    }

    /// <summary>A new conversation with the same settings that shares the turns of <paramref name="path"/>.</summary>
    internal QwenConversation Branch(TurnPath path, IReadOnlyList<QwenItem>? pending = null) =>
        new(ApiKind, Connection, Settings with { Name = null })
        {
            KeepsNothingAt = KeepsNothingAt,
            LastHead = LastHead,
            Defaults = Defaults,
            InputLimit = InputLimit,
            Embeddings = Embeddings,
            RecallFailures = RecallFailures,
            Place = Place is null ? null : new StoreBinding(Place.Store),
            Transcript = new ConversationTranscript(path, pending ?? [], AllSummaries),
        };
}
