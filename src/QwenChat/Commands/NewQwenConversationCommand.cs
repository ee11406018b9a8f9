using System.Management.Automation;
using QwenChat.Commands.Input;
using QwenChat.Commands.SessionState;
using QwenChat.Saving;

namespace QwenChat.Commands;

/// <summary>Begins a conversation.</summary>
[Cmdlet(VerbsCommon.New, "QwenConversation", DefaultParameterSetName = BeginSet)]
[Alias("nqcv")]
[OutputType(typeof(QwenConversation))]
public sealed class NewQwenConversationCommand : QwenOptionsCommand
{
    /// <summary>The name of the conversation.</summary>
    [Parameter(Position = 0, ParameterSetName = BeginSet)]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? Name { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing() => Attempt(() =>
    {
        var conversation = Begin(ReadStart(Name, ReadStore(mayCreate: true)), atService: true);
        // A conversation object created on the service must not be lost, so in that case a store failure is only a warning.
        if (conversation.Held is null)
            Wait(ConversationSaving.SaveAsync(conversation, Notices, Cancellation));
        else
            Wait(ConversationSaving.TrySaveAsync(conversation, Notices, Cancellation));
        Session.Current.LastConversation = conversation;
        WriteObject(conversation);
    }, Name);
}
