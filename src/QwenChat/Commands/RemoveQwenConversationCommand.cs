using System.Management.Automation;
using QwenChat.Context;

namespace QwenChat.Commands;

/// <summary>Deletes what the service keeps of a conversation.</summary>
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

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!ShouldProcess($"conversation {Conversation}", KeepAtService ? "Remove, but keep at the service" : "Remove, at the service too"))
            return;
        AttemptOne(() =>
        {
            if (!KeepAtService)
                Wait(ConversationChange.RemoveFromServiceAsync(Conversation!, Connection, Notices, Cancellation));
            if (ReferenceEquals(Session.Current.LastConversation, Conversation))
                Session.Current.LastConversation = null;
        }, Conversation);
    }
}
