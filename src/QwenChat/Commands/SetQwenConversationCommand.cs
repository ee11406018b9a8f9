using System.Collections;
using System.Management.Automation;
using QwenChat.Catalogue;
using QwenChat.Commands.Input;
using QwenChat.Commands.SessionState;
using QwenChat.Commands.Tools;
using QwenChat.History;
using QwenChat.Policy;
using QwenChat.Tools;
using QwenChat.Turn;

namespace QwenChat.Commands;

/// <summary>Changes a conversation from its next turn on. What is set to null is as if it had never been named.</summary>
[Cmdlet(VerbsCommon.Set, "QwenConversation", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(QwenConversation))]
public sealed class SetQwenConversationCommand : QwenCommand
{
    /// <summary>The conversations, or their ids or names.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(ConversationCompleter))]
    [AllowNull]
    public object?[] Conversation { get; set; } = [];

    /// <summary>Notes in place of the ones there are.</summary>
    [Parameter]
    [AllowNull]
    public IDictionary? Metadata { get; set; }

    /// <summary>A name of the user's.</summary>
    [Parameter]
    [AllowNull, AllowEmptyString]
    [Text]
    public string? Name { get; set; }

    /// <summary>The model.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ModelCompleter))]
    [AllowNull, AllowEmptyString]
    [Text]
    public string? Model { get; set; }

    /// <summary>The system text.</summary>
    [Parameter]
    [AllowNull, AllowEmptyString]
    [Text]
    public string? Instructions { get; set; }

    /// <summary>Whether the model thinks before it answers.</summary>
    [Parameter]
    [AllowNull]
    public QwenThinking? Thinking { get; set; }

    /// <summary>The most tokens of thinking; not for the Responses and Conversations APIs.</summary>
    [Parameter]
    [AllowNull]
    [Between(1, int.MaxValue)]
    public int? ThinkingBudget { get; set; }

    /// <summary>How hard to think.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ReasoningEffortCompleter))]
    [AllowNull, AllowEmptyString]
    [Text]
    public string? ReasoningEffort { get; set; }

    /// <summary>From 0 to below 2.</summary>
    [Parameter]
    [AllowNull]
    [Between(0, 2, Below = true)]
    public double? Temperature { get; set; }

    /// <summary>Above 0 to 1.</summary>
    [Parameter]
    [AllowNull]
    [Between(0, 1, Above = true)]
    public double? TopP { get; set; }

    /// <summary>The most tokens of an answer.</summary>
    [Parameter]
    [AllowNull]
    [Between(1, int.MaxValue)]
    public int? MaxOutputTokens { get; set; }

    /// <summary>The random seed.</summary>
    [Parameter]
    [AllowNull]
    [Between(0, long.MaxValue)]
    public long? Seed { get; set; }

    /// <summary>Lets the model search the web.</summary>
    [Parameter]
    public SwitchParameter Search { get; set; }

    /// <summary>Further fields for the request body, at the API's own place.</summary>
    [Parameter]
    [AllowNull]
    public IDictionary? ExtraBody { get; set; }

    /// <summary>Asks for the Responses API's session cache.</summary>
    [Parameter]
    public SwitchParameter SessionCache { get; set; }

    /// <summary>Sets markers of the explicit context cache where they pay (Chat Completions).</summary>
    [Parameter]
    public SwitchParameter ExplicitCache { get; set; }

    /// <summary>The tools that the model may call; null or none takes them back.</summary>
    [Parameter]
    [Tool]
    [ArgumentCompleter(typeof(ToolCompleter))]
    [AllowEmptyCollection]
    [AllowNull]
    public QwenTool[]? Tool { get; set; }

    /// <summary>Whether the model may, must or must not call a tool: Auto, Required, None, or the name of the one to call.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ToolChoiceCompleter))]
    [AllowNull, AllowEmptyString]
    [Text]
    public string? ToolChoice { get; set; }

    /// <summary>When the user is asked before a tool runs.</summary>
    [Parameter]
    [AllowNull]
    public QwenToolApproval? ToolApproval { get; set; }

    /// <summary>The most rounds of tools in one turn.</summary>
    [Parameter]
    [AllowNull]
    [Between(1, 1000)]
    public int? MaximumToolRounds { get; set; }

    /// <summary>The most the conversation may cost, in the currency of its model's price.</summary>
    [Parameter]
    [AllowNull]
    [Between(0, 1e12)]
    public decimal? CostLimit { get; set; }

    /// <summary>The most tokens the conversation may use, input and output together.</summary>
    [Parameter]
    [AllowNull]
    [Between(1, long.MaxValue)]
    public long? TokenLimit { get; set; }

    /// <summary>The durable store to keep it in, whole, or its path; $null keeps it in memory alone. An id or name is looked up there too.</summary>
    [Parameter]
    [AllowNull]
    public object? Store { get; set; }

    /// <summary>What is sent when the history grows. Null sends all of it again, word for word.</summary>
    [Parameter]
    [AllowNull]
    public QwenContextPolicy? ContextPolicy { get; set; }

    /// <summary>Writes the conversation.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (object? given in Conversation ?? [null])
            AttemptOne(() => Change(given), given);
    }

    private void Change(object? given)
    {
        var named = Given(nameof(Store)) && Store is not null
            ? Wait(new StoreArgument(Session.Current, SessionState.Path).ReadAsync(Store, mayCreate: true, Cancellation)) : null;
        var conversation = FindInOrHere(named, given);
        OptionCheck.CheckExtraBody(conversation.ApiKind, Change(conversation, conversation.Options));
        if (!ShouldProcess($"conversation {conversation}", "Change"))
            return;
        if (Given(nameof(ContextPolicy)) || Given(nameof(Model)))
            PolicyCheck.Check(Given(nameof(ContextPolicy))
                ? ContextPolicy : conversation.ContextPolicy, conversation.ApiKind, Change(conversation, conversation.Options).Model!);
        // A policy may bring a store to a conversation that has none.
        var store = Given(nameof(Store)) ? named : conversation.Store ?? (Given(nameof(ContextPolicy)) ? ContextPolicy?.Store : null);
        PolicyCheck.CheckStore(Given(nameof(ContextPolicy)) ? ContextPolicy : conversation.ContextPolicy, store);
        WarnOfName(store, Given(nameof(Name)) ? Name : store != conversation.Store ? conversation.Name : null, conversation);
        var change = new SettingsChange
        {
            Apply = Change,
            Metadata = Given(nameof(Metadata)) ? ConversationStart.ReadMetadata(Metadata) ?? new Dictionary<string, string>() : null,
            Store = store,
            Connection = Connection,
        };
        // What a parameter gives is read before anything is changed anywhere.
        _ = Change(conversation, conversation.Options);
        Wait(change.CarryOutAsync(conversation, Notices, Cancellation));
        Session.Current.Conversations.Add(conversation);
        if (PassThru)
            WriteObject(conversation);
    }

    /// <summary>The conversation of an argument: by id or name that of the store which was given, else one of the session, to be moved there.</summary>
    private QwenConversation FindInOrHere(QwenStore? store, object? given)
    {
        if (store is null || (given is PSObject wrapped ? wrapped.BaseObject : given) is not string)
            return Whole(Find(given, store: null));
        try
        {
            return Whole(Find(given, store));
        }
        catch (QwenException unknown) when (unknown.Kind == QwenErrorKind.NotFound && IsKnown(given))
        {
            return Whole(Find(given, store: null));
        }
    }

    private bool IsKnown(object? given) => new ConversationLookup(Session.Current, Connection, store: null, Notices).IsKnown($"{given}");

    private void Change(QwenConversation conversation)
    {
        conversation.Options = Change(conversation, conversation.Options);
        if (Given(nameof(Name)))
            conversation.Name = Text(Name);
        if (Given(nameof(ContextPolicy)))
            ConversationChange.SetContextPolicy(conversation, ContextPolicy);
        if (Given(nameof(CostLimit)))
            conversation.CostLimit = CostLimit;
        if (Given(nameof(TokenLimit)))
            conversation.TokenLimit = TokenLimit;
        conversation.ToolOptions = Change(conversation.ToolOptions);
        if (Given(nameof(Model)))
            conversation.Defaults = conversation.Defaults is { } defaults ? defaults with { Model = Text(Model) is null } : null;
        if (Connection is not null)
            (conversation.Connection, conversation.Defaults) = (Connection, null);
    }

    private QwenOptions Change(QwenConversation conversation, QwenOptions options) => options with
    {
        Model = Given(nameof(Model)) ? Text(Model) ?? (Connection ?? conversation.Connection).Model ?? ModelCatalogue.DefaultModel : options.Model,
        Instructions = Given(nameof(Instructions)) ? Text(Instructions) : options.Instructions,
        Thinking = Given(nameof(Thinking)) ? Thinking : options.Thinking,
        ThinkingBudget = Given(nameof(ThinkingBudget)) ? ThinkingBudget : options.ThinkingBudget,
        ReasoningEffort = Given(nameof(ReasoningEffort)) ? Text(ReasoningEffort) : options.ReasoningEffort,
        Temperature = Given(nameof(Temperature)) ? Temperature : options.Temperature,
        TopP = Given(nameof(TopP)) ? TopP : options.TopP,
        MaxOutputTokens = Given(nameof(MaxOutputTokens)) ? MaxOutputTokens : options.MaxOutputTokens,
        Seed = Given(nameof(Seed)) ? Seed : options.Seed,
        Search = Given(nameof(Search)) ? Search.ToBool() : options.Search,
        ExtraBody = Given(nameof(ExtraBody)) ? (ExtraBody is null ? null : ScriptValue.ReadFields(ExtraBody)) : options.ExtraBody,
        ExplicitCache = Given(nameof(ExplicitCache)) ? ExplicitCache.ToBool() : options.ExplicitCache,
        SessionCache = Given(nameof(SessionCache)) ? SessionCache.ToBool() : options.SessionCache,
    };

    private ToolOptions Change(ToolOptions options) => new()
    {
        Tools = Given(nameof(Tool)) ? Tool ?? [] : options.Tools,
        Choice = Given(nameof(ToolChoice)) ? Text(ToolChoice) : options.Choice,
        Approval = Given(nameof(ToolApproval)) ? ToolApproval : options.Approval,
        MaximumRounds = Given(nameof(MaximumToolRounds)) ? MaximumToolRounds : options.MaximumRounds,
    };

    private bool Given(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    /// <summary>PowerShell makes an empty string of $null.</summary>
    private static string? Text(string? value) => string.IsNullOrEmpty(value) ? null : value;
}
