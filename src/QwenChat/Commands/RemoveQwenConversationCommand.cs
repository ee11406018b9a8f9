using System.Management.Automation;
using QwenChat.Commands.SessionState;
using QwenChat.History;
using QwenChat.Saving;

namespace QwenChat.Commands;

/// <summary>Deletes a conversation from the service and from its store.</summary>
[Cmdlet(VerbsCommon.Remove, "QwenConversation", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(void))]
public sealed class RemoveQwenConversationCommand : ConversationCommand
{
    /// <summary>The conversations, or their ids or names.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(ConversationCompleter))]
    [AllowNull]
    public object?[] Conversation { get; set; } = [];

    /// <summary>Keeps the objects on the service.</summary>
    [Parameter]
    public SwitchParameter KeepAtService { get; set; }

    /// <summary>Keeps the conversation in its store.</summary>
    [Parameter]
    public SwitchParameter KeepInStore { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEach(Conversation, given =>
    {
        var conversation = FindWhole(given);
        if (!ShouldProcess($"conversation {conversation}", ActionOn(conversation)))
            return;
        if (!KeepAtService)
            Wait(ConversationChange.RemoveFromServiceAsync(conversation, Connection, Notices, Cancellation));
        if (!KeepInStore)
            Wait(ConversationSaving.RemoveAsync(conversation, Cancellation));
        if (ReferenceEquals(Session.Current.LastConversation, conversation))
            Session.Current.LastConversation = null;
        Session.Current.Conversations.Remove(conversation);
    });

    private string ActionOn(QwenConversation conversation)
    {
        string action = KeepAtService ? "Delete from the session, but keep on the service" : "Delete from the session and the service";
        return conversation.Store is not { } store ? action : KeepInStore ? $"{action}; keep in the store {store}" : $"{action}; delete from the store {store}";
    }
}
