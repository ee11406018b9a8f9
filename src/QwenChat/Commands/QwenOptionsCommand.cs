using System.Collections;
using System.Management.Automation;
using QwenChat.Context;

namespace QwenChat.Commands;

/// <summary>The parameters that say what a turn asks for, shared by the commands that begin, change and continue conversations.</summary>
public abstract class QwenOptionsCommand : QwenCommand
{
    private protected QwenOptionsCommand()
    {
    }

    /// <summary>The model. Any name is allowed; completion offers the catalogue.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ModelCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Model { get; set; }

    /// <summary>The system text, sent with every turn.</summary>
    [Parameter]
    [AllowEmptyString]
    public string? Instructions { get; set; }

    /// <summary>Whether the model thinks before it answers.</summary>
    [Parameter]
    public QwenThinking Thinking { get; set; }

    /// <summary>The most tokens of thinking; not for the Responses and Conversations APIs.</summary>
    [Parameter]
    public int ThinkingBudget { get; set; }

    /// <summary>How hard to think.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ReasoningEffortCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ReasoningEffort { get; set; }

    /// <summary>From 0 to below 2.</summary>
    [Parameter]
    public double Temperature { get; set; }

    /// <summary>Above 0 to 1.</summary>
    [Parameter]
    public double TopP { get; set; }

    /// <summary>The most tokens of an answer.</summary>
    [Parameter]
    public int MaxOutputTokens { get; set; }

    /// <summary>The random seed.</summary>
    [Parameter]
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

    /// <summary>The most a conversation may cost, in the currency of its model's price.</summary>
    [Parameter]
    [ValidateRange(0d, 1e12)]
    public decimal? CostLimit { get; set; }

    /// <summary>The most tokens a conversation may use, input and output together.</summary>
    [Parameter]
    [ValidateRange(1L, long.MaxValue)]
    public long? TokenLimit { get; set; }

    /// <summary>What is sent of a conversation when its history grows: New-QwenContextPolicy.</summary>
    [Parameter]
    [ValidateNotNull]
    public QwenContextPolicy? ContextPolicy { get; set; }

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

    /// <summary>True when a parameter was named, whatever its value.</summary>
    private protected bool Given(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    /// <summary>Begins a conversation with the connection that was named, else the session's.</summary>
    /// <param name="start">How it begins.</param>
    /// <param name="atService">Whether a conversation object is made now; else with the first turn.</param>
    private protected QwenConversation Begin(ConversationStart start, bool atService)
    {
        start.Check();
        var client = new QwenClient(ConnectionOrDefault);
        var conversation =
            start.PreviousResponseId is { } responseId ? Wait(client.AttachAsync(responseId, start.Options, start.Stateless, Notices, Cancellation))
            : start.ConversationId is { } id ? Wait(client.AttachToConversationAsync(id, start.Options, Notices, Cancellation))
            : client.NewConversation(start.Api, start.Options, start.Stateless);
        // A limit that could not be held is refused before anything is said.
        if (start.CostLimit is not null && RequestCost.PriceOf(Terms(conversation), 0) is null)
            throw Budget.NoPrice("conversation", Terms(conversation));
        PolicyCheck.Check(start.ContextPolicy, conversation.Api, conversation.Model);
        conversation.ContextPolicy = start.ContextPolicy;
        conversation.CostLimit = start.CostLimit;
        conversation.TokenLimit = start.TokenLimit;
        conversation.Name = start.Name;
        if (start.Metadata is not null)
            Wait(ConversationChange.SetMetadataAsync(conversation, start.Metadata, null, Notices, Cancellation));
        if (start.Items.Count > 0)
            Wait(ConversationEdit.AddAsync(conversation, start.Items, Cancellation, notices: Notices));
        if (atService && conversation is { Api: QwenApi.Conversations, Held: null })
            Wait(client.CreateAtServiceAsync(conversation, Notices, Cancellation));
        if ((start.Store ?? start.ContextPolicy?.Store) is { } store)
            conversation.Place = new StorePlace(store);
        return conversation;
    }

    private static BillingTerms Terms(QwenConversation conversation) => new(conversation.Model, conversation.Connection.PriceRegion, ExplicitCache: false);
}
