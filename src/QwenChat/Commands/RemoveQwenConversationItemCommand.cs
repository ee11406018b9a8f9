using System.Management.Automation;
using QwenChat.Context;

namespace QwenChat.Commands;

/// <summary>Leaves items out of a conversation from now on.</summary>
[Cmdlet(VerbsCommon.Remove, "QwenConversationItem", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(void))]
public sealed class RemoveQwenConversationItemCommand : QwenCommand
{
    /// <summary>The conversation.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNull]
    public QwenConversation? Conversation { get; set; }

    /// <summary>The items' ids.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ItemIdCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string id in Id)
        {
            if (ShouldProcess(id, $"Remove the item from conversation {Conversation}"))
                AttemptOne(() => Wait(ConversationEdit.RemoveAsync(Conversation!, id, Cancellation, Connection, Notices)), id);
        }
    }
}
