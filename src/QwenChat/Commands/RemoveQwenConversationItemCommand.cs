using System.Management.Automation;
using QwenChat.Commands.Input;
using QwenChat.History;

namespace QwenChat.Commands;

/// <summary>Removes items from a conversation and from its future requests.</summary>
[Cmdlet(VerbsCommon.Remove, "QwenConversationItem", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(void))]
public sealed class RemoveQwenConversationItemCommand : ConversationCommand
{
    private QwenConversation? _conversation;

    /// <summary>The conversation, or its id or name.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(ConversationCompleter))]
    [AllowNull]
    public object? Conversation { get; set; }

    /// <summary>The ids of the items.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ItemIdCompleter))]
    [ValidateNotNullOrEmpty]
    [Text("Id")]
    public string[] Id { get; set; } = [];

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        Attempt(() => _conversation = FindWhole(Conversation), Conversation);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string id in Id)
        {
            if (ShouldProcess(id, $"Remove the item from conversation {_conversation}"))
                AttemptOne(() => Wait(ConversationEdit.RemoveAsync(_conversation!, id, Cancellation, Connection, Notices)), id);
        }
    }
}
