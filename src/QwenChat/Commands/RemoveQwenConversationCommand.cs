using System.Management.Automation;
using QwenChat.Context;

namespace QwenChat.Commands;

/// <summary>Deletes what the service and a store keep of a conversation.</summary>
[Cmdlet(VerbsCommon.Remove, "QwenConversation", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(void))]
public sealed class RemoveQwenConversationCommand : QwenCommand
{
    /// <summary>The conversation.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public QwenConversation? Conversation { get; set; }

    /// <summary>Leaves what the service keeps.</summary>
    [Parameter]
    public SwitchParameter KeepAtService { get; set; }

    /// <summary>Leaves it in its store.</summary>
    [Parameter]
    public SwitchParameter KeepInStore { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!ShouldProcess($"conversation {Conversation}", Action))
            return;
        AttemptOne(() =>
        {
            if (!KeepAtService)
                Wait(ConversationChange.RemoveFromServiceAsync(Conversation!, Connection, Notices, Cancellation));
            if (!KeepInStore)
                Wait(StoredConversations.RemoveAsync(Conversation!, Cancellation));
            if (ReferenceEquals(Session.Current.LastConversation, Conversation))
                Session.Current.LastConversation = null;
            Session.Current.Conversations.Remove(Conversation!);
        }, Conversation);
    }

    private string Action
    {
        get
        {
            string action = KeepAtService ? "Remove, but keep at the service" : "Remove, at the service too";
            return Conversation?.Store is not { } store ? action : KeepInStore ? $"{action}; keep in the store {store}" : $"{action}; remove from the store {store}";
        }
    }
}
