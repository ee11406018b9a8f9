using System.Management.Automation;
using QwenChat.Context;

namespace QwenChat.Commands;

/// <summary>Takes back the last turns of a conversation. Branches and replies that hold them keep them.</summary>
[Cmdlet(VerbsCommon.Undo, "QwenTurn", SupportsShouldProcess = true)]
[OutputType(typeof(QwenConversation))]
public sealed class UndoQwenTurnCommand : QwenCommand
{
    /// <summary>The conversation.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public QwenConversation? Conversation { get; set; }

    /// <summary>How many turns.</summary>
    [Parameter(Position = 1)]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = 1;

    /// <summary>Writes the conversation.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!ShouldProcess($"conversation {Conversation}", $"Take back the last {Count} turn(s)"))
            return;
        AttemptOne(() =>
        {
            Wait(ConversationEdit.UndoAsync(Conversation!, Count, Cancellation, Connection, Notices));
            if (PassThru)
                WriteObject(Conversation);
        }, Conversation);
    }
}
