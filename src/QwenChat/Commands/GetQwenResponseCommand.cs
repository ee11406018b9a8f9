using System.Management.Automation;
using QwenChat.Commands.Input;
using QwenChat.Commands.SessionState;
using QwenChat.Turn;

namespace QwenChat.Commands;

/// <summary>Reads responses that the service has stored, with the items that precede them. With -AsConversation, returns conversations instead.</summary>
[Cmdlet(VerbsCommon.Get, "QwenResponse")]
[OutputType(typeof(QwenStoredResponse), typeof(QwenConversation))]
public sealed class GetQwenResponseCommand : QwenCommand
{
    /// <summary>The ids of the responses, such as the ResponseId of a reply.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("ResponseId")]
    [ArgumentCompleter(typeof(ResponseIdCompleter))]
    [ValidateNotNullOrEmpty]
    [Text("Id", "ResponseId")]
    public string[] Id { get; set; } = [];

    /// <summary>Returns a conversation that continues from the response.</summary>
    [Parameter]
    public SwitchParameter AsConversation { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string id in Id)
        {
            AttemptOne(() =>
            {
                var client = new QwenClient(ConnectionOrDefault);
                if (!AsConversation)
                {
                    WriteObject(Wait(client.Responses(Notices).ReadAsync(id, Cancellation)));
                    return;
                }
                var conversation = Wait(client.AttachAsync(id, new QwenOptions(), stateless: false, Notices, Cancellation));
                Session.Current.LastConversation = conversation;
                WriteObject(conversation);
            }, id);
        }
    }
}
