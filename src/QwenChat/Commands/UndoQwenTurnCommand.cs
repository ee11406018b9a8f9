using System.Management.Automation;
using QwenChat.History;

namespace QwenChat.Commands;

/// <summary>Undoes the last turns of a conversation. Branches and replies that contain these turns are unchanged.</summary>
[Cmdlet(VerbsCommon.Undo, "QwenTurn", SupportsShouldProcess = true)]
[OutputType(typeof(QwenConversation))]
public sealed class UndoQwenTurnCommand : ConversationCommand
{
    /// <summary>The conversations, or their ids or names.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(ConversationCompleter))]
    [AllowNull]
    public object?[] Conversation { get; set; } = [];

    /// <summary>Piped conversations and replies.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    /// <summary>The number of turns to undo.</summary>
    [Parameter(Position = 1)]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = 1;

    /// <summary>Writes the conversation.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // "$c | Undo-QwenTurn 2": with a piped conversation, the first argument is the number of turns.
        if (HasInput && Conversation is [{ } count] && !IsGiven(nameof(Count)) && LanguagePrimitives.TryConvertTo(count, out int number) && number > 0)
            (Count, Conversation) = (number, []);
        Attempt(() => ForEach(Targets(Conversation, InputObject), Undo), Conversation);
    }

    private void Undo(object? given)
    {
        var conversation = FindEnd(given);
        if (!ShouldProcess($"conversation {conversation}", Count == 1 ? "Undo the last turn" : $"Undo the last {Count} turns"))
            return;
        Wait(ConversationEdit.UndoAsync(conversation, Count, Cancellation, Connection, Notices));
        if (PassThru)
            WriteObject(conversation);
    }
}
