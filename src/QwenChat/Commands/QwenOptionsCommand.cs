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

/// <summary>
/// The base class of commands that begin a conversation or send a message. Defines the parameters of a new conversation, except for its options.
/// </summary>
public abstract class QwenOptionsCommand : ToolSettingsCommand
{
    /// <summary>The parameter set for both existing and new conversations.</summary>
    private protected const string AnySet = "Any";

    private protected QwenOptionsCommand()
    {
    }

    /// <summary>The API of a new conversation, which determines where the history is kept. The default is the model's first API in the catalog.</summary>
    [Parameter(ParameterSetName = BeginSet)]
    public QwenApi Api { get; set; }

    /// <summary>Begins a conversation for which the service stores nothing. The whole history is sent with every turn.</summary>
    [Parameter(ParameterSetName = BeginSet)]
    public SwitchParameter Stateless { get; set; }

    /// <summary>The id of an existing response that a new conversation continues. The transcript is read immediately.</summary>
    [Parameter(ParameterSetName = BeginSet)]
    [ArgumentCompleter(typeof(ResponseIdCompleter))]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? PreviousResponseId { get; set; }

    /// <summary>The id of an existing conversation object to continue. Its items are read immediately.</summary>
    [Parameter(ParameterSetName = BeginSet)]
    [ArgumentCompleter(typeof(ConversationIdCompleter))]
    [ValidateNotNullOrEmpty]
    [ConversationId]
    public string? ConversationId { get; set; }

    /// <summary>
    /// Earlier messages: objects with <c>role</c> and <c>content</c>, strings (as user messages), or the items of another conversation.
    /// </summary>
    [Parameter(ParameterSetName = BeginSet)]
    [ValidateNotNullOrEmpty]
    public object[] Item { get; set; } = [];

    /// <summary>Returns the command-line settings for a new conversation.</summary>
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

    /// <summary>Returns the first specified parameter that applies only to a new conversation; null if there is none.</summary>
    private protected string? FirstBeginParameter() =>
        ParameterSetName == BeginSet && MyInvocation.BoundParameters.Keys.FirstOrDefault(BelongsToBeginning) is { } first ? "-" + first : null;

    private bool BelongsToBeginning(string parameter) =>
        MyInvocation.MyCommand.Parameters[parameter].ParameterSets.Keys.All(set => set == BeginSet);

    private static MessageDraft ReadFirstItem(object item) => ItemInput.ReadMessage(item) is { Role: not "tool" } message ? message
        : throw new QwenException(QwenErrorKind.InvalidRequest, "A conversation cannot begin with a tool result, because the tool call is missing. Use "
            + "Import-QwenConversation to read whole transcripts.");

    /// <summary>Creates a turn with the settings of the session. <paramref name="connection"/>, if not null, replaces the conversation's.</summary>
    private protected TurnRequest NewTurn(QwenConversation conversation, QwenConnection? connection) => new()
    {
        Connection = connection,
        Budgets = Session.Current.BudgetsFor(connection ?? conversation.Connection),
        ResolveAddresses = new TemporaryStore(Transport.For, TimeProvider.System, Notices).ResolveAsync,
    };

    private protected ToolTurn NewToolTurn(ToolOptions options) => new(this, options, Notices.Warn);

    /// <summary>Begins a conversation with the connection from the command line, or with the session's connection.</summary>
    /// <param name="start">The settings for the conversation.</param>
    /// <param name="atService">Whether to create a conversation object now instead of with the first turn.</param>
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
        // If the price of the model is unknown, a cost limit cannot be enforced, so it is rejected before the first message.
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
