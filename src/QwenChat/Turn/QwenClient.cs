using QwenChat.Catalogue;
using QwenChat.Connection;
using QwenChat.Cost;
using QwenChat.History;
using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Policy;
using QwenChat.Store;

namespace QwenChat.Turn;

/// <summary>The conversation operations of the commands: creating and attaching conversations, planning and running turns. Thread-safe.</summary>
internal sealed class QwenClient
{
    private readonly QwenConnection _connection;
    private readonly TimeProvider _time;
    private readonly Func<QwenConnection, Transport> _transports;

    public QwenClient(QwenConnection connection)
        : this(connection, ServiceClock.Of((connection ?? throw new ArgumentNullException(nameof(connection))).Address), Transport.For)
    {
    }

    public QwenClient(QwenConnection connection, TimeProvider time, Func<QwenConnection, Transport> transports)
    {
        ArgumentNullException.ThrowIfNull(connection);
        _connection = connection;
        _time = time;
        _transports = transports;
    }

    /// <summary>Creates a conversation. No request is sent yet.</summary>
    /// <param name="api">The API; null for the first API that the catalog lists for the model.</param>
    /// <param name="options">The options of every turn.</param>
    /// <param name="stateless">True if the service must not store anything; every turn then sends the whole history.</param>
    /// <param name="contextPolicy">The context policy; null to send the whole history.</param>
    /// <returns>The conversation.</returns>
    /// <exception cref="QwenException">The API does not support stateless conversations, or the policy cannot be used with the API and model.</exception>
    public QwenConversation NewConversation(QwenApi? api = null, QwenOptions? options = null, bool stateless = false, QwenContextPolicy? contextPolicy = null)
    {
        options ??= new QwenOptions();
        if (stateless && api == QwenApi.Conversations)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                "The Conversations API always keeps the history, so it cannot be combined with -Stateless. Use -Api Responses -Stateless, or -Api "
                    + "ChatCompletions.");
        string model = options.Model ?? _connection.Model ?? ModelCatalogue.DefaultModel;
        PolicyCheck.Check(contextPolicy, api ?? DefaultApi(model), model);
        PolicyCheck.CheckStore(contextPolicy, null);
        return new QwenConversation(api ?? DefaultApi(model), _connection, options with { Model = model }, createdAt: _time.GetUtcNow())
        {
            Stateless = stateless,
            ContextPolicy = contextPolicy,
            Place = contextPolicy?.Store is { } store ? new StoreBinding(store) : null,
        };
    }

    private QwenApi DefaultApi(string model) =>
        _connection.CompatibleUri is not null ? QwenApi.ChatCompletions : ModelCatalogue.DefaultApi(model);

    /// <summary>Sends a message and waits for the complete reply. The turn is added to the conversation completely or not at all.</summary>
    /// <param name="conversation">A conversation to add the turn to, or a reply to branch from.</param>
    /// <param name="message">The message.</param>
    /// <param name="options">The options of this turn, which override those of the conversation.</param>
    /// <param name="cancellation">Cancels the turn; the conversation stays unchanged.</param>
    /// <returns>The reply.</returns>
    /// <exception cref="QwenException">The turn failed; the conversation is unchanged.</exception>
    public async Task<QwenReply> SendAsync(IQwenConversation conversation, string message, QwenOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        var turn =
            new TurnRequest { Message = MessageDraft.OfText("user", message), Options = options, Budgets = [Budget.Of(conversation.Continue().Connection)] };
        await foreach (var delta in RunAsync(conversation.Continue(), turn, new NoticeQueue(), cancellation).ConfigureAwait(false))
        {
            if (delta.Reply is { } reply)
                return reply;
        }
        throw new InvalidOperationException("A turn ends with its reply or with an exception.");
    }

    /// <summary>
    /// Creates the conversation object on the service before the first turn, with the items added so far. Used only for the Conversations API.
    /// </summary>
    public async Task CreateAtServiceAsync(QwenConversation conversation, NoticeQueue notices, CancellationToken cancellation)
    {
        using var claim = await conversation.Claims.ForChangeAsync(cancellation).ConfigureAwait(false);
        await new RemoteObject(conversation, _connection, _transports(_connection), _time, notices).CreateAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Creates a conversation that continues an existing response, and reads its transcript.</summary>
    public async Task<QwenConversation> AttachAsync(string responseId, QwenOptions options, bool stateless, NoticeQueue notices,
        CancellationToken cancellation)
    {
        var path = await Responses(notices).ReadTurnsAsync(responseId, cancellation).ConfigureAwait(false);
        var conversation = NewConversation(QwenApi.Responses, options with { Model = options.Model ?? path.Last!.Model }, stateless);
        conversation.MoveTo(path);
        conversation.PrefixBroken = false;
        return conversation;
    }

    /// <summary>Creates a conversation that continues an existing conversation object, and reads its items into turns.</summary>
    public async Task<QwenConversation> AttachToConversationAsync(string id, QwenOptions options, NoticeQueue notices, CancellationToken cancellation)
    {
        ConversationsApi.CheckId(id);
        var service = new ConversationsApi(_connection, _transports(_connection), notices);
        var info = await service.ReadAsync(id, cancellation).ConfigureAwait(false);
        var items = await service.ReadAllItemsAsync(id, cancellation).ConfigureAwait(false);
        var now = _time.GetUtcNow();
        var made = info.CreatedAt ?? now;
        var (path, loose) = TurnSplitter.Append(new TurnPath(), items, made);
        string model = options.Model ?? _connection.Model ?? ModelCatalogue.DefaultModel;
        var conversation = new QwenConversation(QwenApi.Conversations, _connection, options with { Model = model }, info.Id, made) { Metadata = info.Metadata };
        conversation.MoveTo(path, loose);
        conversation.PrefixBroken = false;
        var held = new RemoteConversation(info.Id, _connection.Address) { IsAttached = true };
        // The service does not report when an item was added. The conversation's creation time is a lower bound, which is useful only while items of that age
        // have not expired.
        DateTimeOffset? earliest = made + ServerState.Lifetime > now ? made : null;
        foreach (var item in items)
            held.Hold(item, item.Id, item.CreatedAt ?? earliest);
        conversation.Attach(held);
        return conversation;
    }

    public StoredResponses Responses(NoticeQueue notices) => new(_connection, _transports(_connection), _time, notices);

    /// <summary>Plans the request for a message without sending it.</summary>
    /// <param name="conversation">A conversation to add the turn to, or a reply to branch from.</param>
    /// <param name="message">The message.</param>
    /// <param name="options">The options of this turn, which override those of the conversation.</param>
    /// <param name="cancellation">Cancels the operation.</param>
    /// <returns>The request.</returns>
    /// <exception cref="QwenException">The message would be rejected before sending.</exception>
    public Task<QwenRequestPlan> PlanAsync(IQwenConversation conversation, string message, QwenOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        return PlanAsync(conversation.Continue(), new TurnRequest { Message = MessageDraft.OfText("user", message), Options = options }, new NoticeQueue(),
            cancellation);
    }

    /// <summary>Creates an operation that summarizes older turns of a conversation without sending a message.</summary>
    public Compression Compression(QwenConversation conversation, QwenContextPolicy policy, IReadOnlyList<Budget> budgets, NoticeQueue notices) =>
        new(conversation, policy, new Summarizer(conversation, _connection, RunAsync, new CallBill(conversation, budgets), notices), notices);

    public Task<QwenRequestPlan> PlanAsync(QwenConversation conversation, TurnRequest turn, NoticeQueue notices, CancellationToken cancellation) =>
        new TurnRun(conversation, turn, _transports, _time, notices).PlanAsync(cancellation);

    public IAsyncEnumerable<QwenReplyDelta> RunAsync(QwenConversation conversation, TurnRequest turn, NoticeQueue notices, CancellationToken cancellation) =>
        new TurnRun(conversation, turn, _transports, _time, notices).RunAsync(cancellation);
}
