using System.Management.Automation;
using QwenChat.Commands.Input;

namespace QwenChat.Commands;

/// <summary>What every command has that is given batches by their names.</summary>
public abstract class NamedBatchCommand : BatchCommand
{
    private protected NamedBatchCommand()
    {
    }

    /// <summary>The batches' names, or batches.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(BatchNameCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [Text("Name")]
    public string[] Name { get; set; } = [];
}
