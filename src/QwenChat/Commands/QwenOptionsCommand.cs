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

/// <summary>The parameters that say how a conversation begins, besides its options: for the commands that begin one or send on one.</summary>
public abstract class QwenOptionsCommand : ToolSettingsCommand
{
    /// <summary>The parameter set of any conversation, one that has begun or a new one.</summary>
    private protected const string AnySet = "Any";

    private protected QwenOptionsCommand()
    {
    }

    /// <summary>Who keeps the history of a conversation that begins here; by default the first API the catalogue lists for the model.</summary>
    [Parameter(ParameterSetName = BeginSet)]
    public QwenApi Api { get; set; }

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
        Api = IsGiven(nameof(Api)) ? Api : null,
        Settings = Given with { Name = name, Stateless = Stateless },
        HasMetadata = Metadata is not null,
        PreviousResponseId = PreviousResponseId,
        ConversationId = ConversationId,
        Items = Item.Select(ReadFirstItem).ToArray(),
        Store = store,
    };

    /// <summary>The first parameter that was given and belongs only where a conversation begins; null for none.</summary>
    private protected string? FirstBeginParameter() =>
        ParameterSetName == BeginSet && MyInvocation.BoundParameters.Keys.FirstOrDefault(BelongsToBeginning) is { } first ? "-" + first : null;

    private bool BelongsToBeginning(string parameter) =>
        MyInvocation.MyCommand.Parameters[parameter].ParameterSets.Keys.All(set => set == BeginSet);

    private static MessageDraft ReadFirstItem(object item) => ItemInput.ReadMessage(item) is { Role: not "tool" } message ? message
        : throw new QwenException(QwenErrorKind.InvalidRequest, "A conversation cannot begin with a tool's result: there is no call that it could answer. "
            + "Import-QwenConversation reads whole transcripts.");

    /// <summary>Refuses to send to an emulator that has been stopped: the retries would take seconds to find out.</summary>
    /// <exception cref="QwenException">It has been stopped.</exception>
    private protected static void RequireServer(QwenConnection connection)
    {
        if (QwenEmulator.HasStoppedAt(connection.Server))
            throw new QwenException(QwenErrorKind.ConnectionFailed, "The connection failed; nothing was sent.") { Connection = connection };
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

    /// <summary>The tools of a turn.</summary>
    private protected ToolTurn NewToolTurn(ToolOptions options) => new(this, options, Notices.Warn);

    /// <summary>Begins a conversation with the connection that was named, else the session's.</summary>
    /// <param name="start">How it begins.</param>
    /// <param name="atService">Whether a conversation object is made now; else with the first turn.</param>
    private protected QwenConversation Begin(ConversationStart start, bool atService)
    {
        start.Check();
        var (settings, options) = (start.Settings, start.Settings.Options);
        WarnOfName(start.Store ?? settings.ContextPolicy?.Store, settings.Name);
        var client = new QwenClient(ConnectionOrDefault);
        var conversation =
            start.PreviousResponseId is { } responseId ? Wait(client.AttachAsync(responseId, options, settings.Stateless, Notices, Cancellation))
            : start.ConversationId is { } id ? Wait(client.AttachToConversationAsync(id, options, Notices, Cancellation))
            : client.NewConversation(start.Api, options, settings.Stateless);
        OptionCheck.CheckExtraBody(conversation.ApiKind, options);
        if (Connection is null)
            conversation.Defaults = new SessionDefaults(Session.Current.UsesEnvironment, start.Api is null, options.Model is null);
        Used = conversation;
        // A limit that could not be held is refused before anything is said.
        if (settings.CostLimit is not null && Pricing.PriceOf(Terms(conversation), 0) is null)
            throw Budget.NoPrice("conversation", Terms(conversation));
        PolicyCheck.Check(settings.ContextPolicy, conversation.ApiKind, conversation.Model);
        conversation.Change(begun => settings with { Options = begun.Options, Metadata = begun.Metadata, Stateless = begun.Stateless });
        if (start.HasMetadata)
            Wait(ConversationChange.SetMetadataAsync(conversation, settings.Metadata, null, Notices, Cancellation));
        if (start.Items.Count > 0)
            Wait(ConversationEdit.AddAsync(conversation, start.Items, Cancellation, notices: Notices));
        if (atService && conversation is { ApiKind: QwenApi.Conversations, Held: null })
            Wait(client.CreateAtServiceAsync(conversation, Notices, Cancellation));
        if ((start.Store ?? settings.ContextPolicy?.Store) is { } store)
            conversation.Place = new StoreBinding(store);
        return conversation;
    }

    private static BillingTerms Terms(QwenConversation conversation) => new(conversation.Model, conversation.Connection.PriceRegion, ExplicitCache: false);
}
