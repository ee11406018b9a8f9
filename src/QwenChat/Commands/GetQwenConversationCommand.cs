using System.Management.Automation;

namespace QwenChat.Commands;

/// <summary>Finds a conversation: one that the service keeps, by its id, or the one that this session used last.</summary>
[Cmdlet(VerbsCommon.Get, "QwenConversation", DefaultParameterSetName = IdSet)]
[OutputType(typeof(QwenConversation))]
public sealed class GetQwenConversationCommand : QwenCommand
{
    private const string IdSet = "Id";
    private const string LastSet = "Last";

    /// <summary>Ids of conversation objects at the service; their items are read into turns.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = IdSet)]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <summary>The conversation that this session used last.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LastSet)]
    public SwitchParameter Last { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == LastSet)
        {
            Attempt(() => WriteObject(Session.Current.LastConversation
                ?? throw new QwenException(QwenErrorKind.NotFound, "This session has used no conversation yet. Begin one with Send-QwenMessage or New-QwenConversation.")));
            return;
        }
        foreach (string id in Id)
        {
            AttemptOne(() =>
            {
                var conversation = Wait(new QwenClient(ConnectionOrDefault).AttachToConversationAsync(id, new QwenOptions(), Notices, Cancellation));
                Session.Current.LastConversation = conversation;
                WriteObject(conversation);
            }, id);
        }
    }
}
