using System.Management.Automation;
using QwenChat.Commands.Input;

namespace QwenChat.Commands;

/// <summary>The base class of commands that accept batch names.</summary>
public abstract class NamedBatchCommand : BatchCommand
{
    private protected NamedBatchCommand()
    {
    }

    /// <summary>The batches, or their names.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(BatchNameCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [Text("Name")]
    public string[] Name { get; set; } = [];
}
