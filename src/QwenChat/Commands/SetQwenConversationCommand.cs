using System.Management.Automation;
using QwenChat.Catalogue;
using QwenChat.Commands.Input;
using QwenChat.Commands.SessionState;
using QwenChat.History;
using QwenChat.Model;
using QwenChat.Policy;
using QwenChat.Turn;

namespace QwenChat.Commands;

/// <summary>Changes a conversation, starting with its next turn. A null value resets a setting to its default.</summary>
[Cmdlet(VerbsCommon.Set, "QwenConversation", DefaultParameterSetName = BeginSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(QwenConversation))]
public sealed class SetQwenConversationCommand : ToolSettingsCommand
{
    /// <summary>The conversations, or their ids or names.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(ConversationCompleter))]
    [AllowNull]
    public object?[] Conversation { get; set; } = [];

    /// <summary>The new name.</summary>
    [Parameter]
    [AllowNull, AllowEmptyString]
    [Text]
    public string? Name { get; set; }

    /// <summary>Writes the conversation.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (object? given in Conversation ?? [null])
            AttemptOne(() => Change(given), given);
    }

    private protected override bool NullResets => true;

    private void Change(object? given)
    {
        var named = Store is null ? null : ReadStore(mayCreate: true);
        var conversation = FindInOrHere(named, given);
        // All parameters are read and checked before any change.
        var changed = Change(conversation, conversation.Settings);
        OptionCheck.CheckExtraBody(conversation.ApiKind, changed.Options);
        if (!ShouldProcess($"conversation {conversation}", "Change"))
            return;
        if (IsGiven(nameof(ContextPolicy)) || IsGiven(nameof(Model)))
            PolicyCheck.Check(changed.ContextPolicy, conversation.ApiKind, changed.Options.Model!);
        // A conversation without a store is added to the store of a new policy.
        var store = IsGiven(nameof(Store)) ? named : conversation.Store ?? (IsGiven(nameof(ContextPolicy)) ? ContextPolicy?.Store : null);
        PolicyCheck.CheckStore(changed.ContextPolicy, store);
        WarnOfName(store, IsGiven(nameof(Name)) || store != conversation.Store ? changed.Name : null, conversation);
        var change = new SettingsChange
        {
            Apply = Change,
            Metadata = IsGiven(nameof(Metadata)) ? changed.Metadata : null,
            Store = store,
            Connection = Connection,
        };
        Wait(change.CarryOutAsync(conversation, Notices, Cancellation));
        Session.Current.Conversations.Add(conversation);
        if (PassThru)
            WriteObject(conversation);
    }

    /// <summary>
    /// Returns the conversation for an argument. An id or name is looked up in the specified store, and then in the session, because the command can move a
    /// conversation of the session to the store.
    /// </summary>
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
        conversation.Change(settings => Change(conversation, settings));
        if (IsGiven(nameof(ContextPolicy)))
            ConversationChange.SetContextPolicy(conversation, ContextPolicy);
        if (IsGiven(nameof(Model)))
            conversation.Defaults = conversation.Defaults is { } defaults ? defaults with { Model = Model is null } : null;
        if (Connection is not null)
            (conversation.Connection, conversation.Defaults) = (Connection, null);
    }

    private ConversationSettings Change(QwenConversation conversation, ConversationSettings settings)
    {
        var changed = SettingsOver(IsGiven(nameof(Name)) ? settings with { Name = TextOf(Name) } : settings);
        string model = changed.Options.Model ?? (Connection ?? conversation.Connection).Model ?? ModelCatalogue.DefaultModel;
        return changed with { Options = changed.Options with { Model = model } };
    }
}
