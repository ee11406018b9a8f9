using System.Management.Automation;
using QwenChat.Commands.Input;
using QwenChat.Turn;

namespace QwenChat.Commands;

/// <summary>Deletes responses stored on the service.</summary>
[Cmdlet(VerbsCommon.Remove, "QwenResponse", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(void))]
public sealed class RemoveQwenResponseCommand : QwenCommand
{
    /// <summary>The ids of the responses, such as the ResponseId of a reply.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("ResponseId")]
    [ArgumentCompleter(typeof(ResponseIdCompleter))]
    [ValidateNotNullOrEmpty]
    [Text("Id", "ResponseId")]
    public string[] Id { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string id in Id)
        {
            if (ShouldProcess($"response {id}", "Delete from the service"))
                AttemptOne(() => Wait(new QwenClient(ConnectionOrDefault).Responses(Notices).DeleteAsync(id, Cancellation)), id);
        }
    }
}
