using System.Collections;
using System.Management.Automation;
using QwenChat.Commands.Input;
using QwenChat.Commands.SessionState;
using QwenChat.Commands.Tools;
using QwenChat.Cost;
using QwenChat.History;
using QwenChat.Http;
using QwenChat.Media;
using QwenChat.Model;
using QwenChat.Policy;
using QwenChat.Store;
using QwenChat.Tools;
using QwenChat.Turn;

namespace QwenChat.Commands;

/// <summary>The parameters that say how a conversation begins and what its turns ask for, shared by the commands that begin one or hold it.</summary>
public abstract class QwenOptionsCommand : ConversationCommand
{
    /// <summary>The parameter set of a conversation that begins here.</summary>
    private protected const string BeginSet = "Begin";

    /// <summary>The parameter set of any conversation, one that has begun or a new one.</summary>
    private protected const string AnySet = "Any";

    private protected QwenOptionsCommand()
    {
    }

    /// <summary>The model. Any name is allowed; completion offers the catalogue.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ModelCompleter))]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? Model { get; set; }

    /// <summary>The system text, sent with every turn.</summary>
    [Parameter]
    [AllowEmptyString]
    [Text]
    public string? Instructions { get; set; }

    /// <summary>Whether the model thinks before it answers.</summary>
    [Parameter]
    public QwenThinking Thinking { get; set; }

    /// <summary>The most tokens of thinking; not for the Responses and Conversations APIs.</summary>
    [Parameter]
    [Between(1, int.MaxValue)]
    public int ThinkingBudget { get; set; }

    /// <summary>How hard to think.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ReasoningEffortCompleter))]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? ReasoningEffort { get; set; }

    /// <summary>From 0 to below 2.</summary>
    [Parameter]
    [Between(0, 2, Below = true)]
    public double Temperature { get; set; }

    /// <summary>Above 0 to 1.</summary>
    [Parameter]
    [Between(0, 1, Above = true)]
    public double TopP { get; set; }

    /// <summary>The most tokens of an answer.</summary>
    [Parameter]
    [Between(1, int.MaxValue)]
    public int MaxOutputTokens { get; set; }

    /// <summary>The random seed.</summary>
    [Parameter]
    [Between(0, long.MaxValue)]
    public long Seed { get; set; }

    /// <summary>Lets the model search the web.</summary>
    [Parameter]
    public SwitchParameter Search { get; set; }

    /// <summary>Further fields for the request body, at the API's own place.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary? ExtraBody { get; set; }

    /// <summary>Sets markers of the explicit context cache where they pay (Chat Completions).</summary>
    [Parameter]
    public SwitchParameter ExplicitCache { get; set; }

    /// <summary>Asks for the Responses API's session cache.</summary>
    [Parameter]
    public SwitchParameter SessionCache { get; set; }

    /// <summary>The tools that the model may call: commands, New-QwenTool, or schemas for calls that the caller answers.</summary>
    [Parameter]
    [Tool]
    [ArgumentCompleter(typeof(ToolCompleter))]
    [AllowEmptyCollection]
    [AllowNull]
    public QwenTool[]? Tool { get; set; }

    /// <summary>Whether the model may, must or must not call a tool: Auto, Required, None, or the name of the one to call.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ToolChoiceCompleter))]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? ToolChoice { get; set; }

    /// <summary>When the user is asked before a tool runs.</summary>
    [Parameter]
    public QwenToolApproval ToolApproval { get; set; }

    /// <summary>The most rounds of tools in one turn.</summary>
    [Parameter]
    [Between(1, 1000)]
    public int MaximumToolRounds { get; set; }

    /// <summary>The most a conversation may cost, in the currency of its model's price.</summary>
    [Parameter(ParameterSetName = BeginSet)]
    [Between(0, 1e12)]
    public decimal? CostLimit { get; set; }

    /// <summary>The most tokens a conversation may use, input and output together.</summary>
    [Parameter(ParameterSetName = BeginSet)]
    [Between(1, long.MaxValue)]
    public long? TokenLimit { get; set; }

    /// <summary>What is sent of a conversation when its history grows: New-QwenContextPolicy.</summary>
    [Parameter(ParameterSetName = BeginSet)]
    [ValidateNotNull]
    public QwenContextPolicy? ContextPolicy { get; set; }

    /// <summary>Who keeps the history of a conversation that begins here; by default the first API the catalogue lists for the model.</summary>
    [Parameter(ParameterSetName = BeginSet)]
    public QwenApi Api { get; set; }

    /// <summary>Notes on a conversation that begins here.</summary>
    [Parameter(ParameterSetName = BeginSet)]
    [ValidateNotNull]
    public IDictionary? Metadata { get; set; }

    /// <summary>For a conversation that begins here: the service is to keep nothing; the whole history is sent with every turn.</summary>
    [Parameter(ParameterSetName = BeginSet)]
    public SwitchParameter Stateless { get; set; }

    /// <summary>Begins a conversation that continues a response made elsewhere; its transcript is read at once.</summary>
    [Parameter(ParameterSetName = BeginSet)]
    [ArgumentCompleter(typeof(ResponseIdCompleter))]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? PreviousResponseId { get; set; }

    /// <summary>Continues a conversation object made elsewhere; its items are read at once.</summary>
    [Parameter(ParameterSetName = BeginSet)]
    [ArgumentCompleter(typeof(ConversationIdCompleter))]
    [ValidateNotNullOrEmpty]
    [ConversationId]
    public string? ConversationId { get; set; }

    /// <summary>
    /// What was said before: messages as objects with <c>role</c> and <c>content</c>, strings of the user's, or items of another conversation.
    /// </summary>
    [Parameter(ParameterSetName = BeginSet)]
    [ValidateNotNullOrEmpty]
    public object[] Item { get; set; } = [];

    /// <summary>How a conversation is to begin, by what was named on the command line.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="store">Where it is kept.</param>
    private protected ConversationStart ReadStart(string? name, QwenStore? store) => new()
    {
        Api = Given(nameof(Api)) ? Api : null,
        Name = name,
        Metadata = ConversationStart.ReadMetadata(Metadata),
        Stateless = Stateless,
        PreviousResponseId = PreviousResponseId,
        ConversationId = ConversationId,
        Items = Item.Select(ReadFirstItem).ToArray(),
        CostLimit = CostLimit,
        TokenLimit = TokenLimit,
        Store = store,
        ContextPolicy = ContextPolicy,
        Options = ReadOptions(),
        Tools = ReadTools(),
    };

    private static MessageDraft ReadFirstItem(object item) => ItemInput.ReadMessage(item) is { Role: not "tool" } message ? message
        : throw new QwenException(QwenErrorKind.InvalidRequest, "A conversation cannot begin with a tool's result: there is no call that it could answer. "
            + "Import-QwenConversation reads whole transcripts.");

    /// <summary>Refuses to send to an emulator that has been stopped: the retries would take seconds to find out.</summary>
    /// <exception cref="QwenException">It has been stopped.</exception>
    private protected static void RequireServer(QwenConnection connection)
    {
        if (QwenEmulator.HasStoppedAt(connection.Server))
            throw new QwenException(QwenErrorKind.ConnectionFailed, "No connection: nothing was sent.") { Connection = connection };
    }

    /// <summary>One turn, as the session asks for it.</summary>
    /// <param name="conversation">The conversation that it belongs to.</param>
    /// <param name="connection">Another connection than the conversation's.</param>
    private protected TurnRequest NewTurn(QwenConversation conversation, QwenConnection? connection) => new()
    {
        Connection = connection,
        Budgets = Session.Current.BudgetsFor(connection ?? conversation.Connection),
        ResolveAddresses = new TemporaryStore(Transport.For, TimeProvider.System, Notices).ResolveAsync,
    };

    /// <summary>What was named on the command line; the rest stays null.</summary>
    private protected QwenOptions ReadOptions() => new()
    {
        Model = Model,
        Instructions = Instructions,
        Thinking = Given(nameof(Thinking)) ? Thinking : null,
        ThinkingBudget = Given(nameof(ThinkingBudget)) ? ThinkingBudget : null,
        ReasoningEffort = ReasoningEffort,
        Temperature = Given(nameof(Temperature)) ? Temperature : null,
        TopP = Given(nameof(TopP)) ? TopP : null,
        MaxOutputTokens = Given(nameof(MaxOutputTokens)) ? MaxOutputTokens : null,
        Seed = Given(nameof(Seed)) ? Seed : null,
        Search = Given(nameof(Search)) ? Search.ToBool() : null,
        ExtraBody = ExtraBody is null ? null : ScriptValue.ReadFields(ExtraBody),
        ExplicitCache = Given(nameof(ExplicitCache)) ? ExplicitCache.ToBool() : null,
        SessionCache = Given(nameof(SessionCache)) ? SessionCache.ToBool() : null,
    };

    /// <summary>The tools that were named on the command line; the rest stays null.</summary>
    private protected ToolOptions ReadTools() => new()
    {
        Tools = Given(nameof(Tool)) ? Tool ?? [] : null,
        Choice = ToolChoice,
        Approval = Given(nameof(ToolApproval)) ? ToolApproval : null,
        MaximumRounds = Given(nameof(MaximumToolRounds)) ? MaximumToolRounds : null,
    };

    /// <summary>The tools of a turn.</summary>
    private protected ToolTurn NewToolTurn(ToolOptions options) => new(this, options, Notices.Warn);

    /// <summary>Begins a conversation with the connection that was named, else the session's.</summary>
    /// <param name="start">How it begins.</param>
    /// <param name="atService">Whether a conversation object is made now; else with the first turn.</param>
    private protected QwenConversation Begin(ConversationStart start, bool atService)
    {
        start.Check();
        WarnOfName(start.Store ?? start.ContextPolicy?.Store, start.Name);
        var client = new QwenClient(ConnectionOrDefault);
        var conversation =
            start.PreviousResponseId is { } responseId ? Wait(client.AttachAsync(responseId, start.Options, start.Stateless, Notices, Cancellation))
            : start.ConversationId is { } id ? Wait(client.AttachToConversationAsync(id, start.Options, Notices, Cancellation))
            : client.NewConversation(start.Api, start.Options, start.Stateless);
        OptionCheck.CheckExtraBody(conversation.ApiKind, start.Options);
        if (Connection is null)
            conversation.Defaults = new SessionDefaults(Session.Current.UsesEnvironment, start.Api is null, start.Options.Model is null);
        Used = conversation;
        // A limit that could not be held is refused before anything is said.
        if (start.CostLimit is not null && RequestCost.PriceOf(Terms(conversation), 0) is null)
            throw Budget.NoPrice("conversation", Terms(conversation));
        PolicyCheck.Check(start.ContextPolicy, conversation.ApiKind, conversation.Model);
        conversation.ContextPolicy = start.ContextPolicy;
        conversation.CostLimit = start.CostLimit;
        conversation.TokenLimit = start.TokenLimit;
        conversation.Name = start.Name;
        conversation.ToolOptions = start.Tools;
        if (start.Metadata is not null)
            Wait(ConversationChange.SetMetadataAsync(conversation, start.Metadata, null, Notices, Cancellation));
        if (start.Items.Count > 0)
            Wait(ConversationEdit.AddAsync(conversation, start.Items, Cancellation, notices: Notices));
        if (atService && conversation is { ApiKind: QwenApi.Conversations, Held: null })
            Wait(client.CreateAtServiceAsync(conversation, Notices, Cancellation));
        if ((start.Store ?? start.ContextPolicy?.Store) is { } store)
            conversation.Place = new StoreBinding(store);
        return conversation;
    }

    private static BillingTerms Terms(QwenConversation conversation) => new(conversation.Model, conversation.Connection.PriceRegion, ExplicitCache: false);
}
