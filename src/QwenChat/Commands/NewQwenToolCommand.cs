using System.Collections;
using System.Management.Automation;
using QwenChat.Commands.Input;
using QwenChat.Commands.Tools;

namespace QwenChat.Commands;

/// <summary>Makes a tool that a model may call, of a command, a script block, a program or a schema.</summary>
[Cmdlet(VerbsCommon.New, "QwenTool")]
[OutputType(typeof(QwenTool))]
public sealed class NewQwenToolCommand : StoppableCommand
{
    /// <summary>The command: a name, a CommandInfo, a script block, a schema. With -ScriptBlock, the tool's name.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(ToolCompleter))]
    [ValidateNotNull]
    public object? Command { get; set; }

    /// <summary>What runs when the tool is called.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNull]
    public ScriptBlock? ScriptBlock { get; set; }

    /// <summary>The name by which the model calls it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? Name { get; set; }

    /// <summary>What the model is told about it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? Description { get; set; }

    /// <summary>The parameters that the model may give.</summary>
    [Parameter]
    [ValidateNotNull]
    [Text]
    public string[]? Parameter { get; set; }

    /// <summary>What is always given, whatever the model says.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary? FixedValue { get; set; }

    /// <summary>The parameter set that is offered.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Text]
    public new string? ParameterSetName { get; set; }

    /// <summary>Whether the user is asked before each run, or never.</summary>
    [Parameter]
    [ValidateSet(nameof(QwenToolApproval.Always), nameof(QwenToolApproval.Never))]
    public QwenToolApproval? Approval { get; set; }

    /// <summary>How many seconds a call may take.</summary>
    [Parameter]
    [ValidateRange(1, 86400)]
    public int? TimeoutSeconds { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // Of several that are piped one that fails is one error; a tool that a script goes on with is there, or the script ends.
        if (MyInvocation.ExpectingInput)
            AttemptOne(WriteTool, Command);
        else
            Attempt(WriteTool, Command);
    }

    private void WriteTool()
    {
        object? command = Command is PSObject wrapped ? wrapped.BaseObject : Command;
        string? name = Name;
        if (ScriptBlock is not null)
        {
            name ??= command as string;
            if (command is not null && (command is not string || name != (string)command))
                throw new QwenException(QwenErrorKind.InvalidRequest,
                    "A tool is made of one thing. Before -ScriptBlock stands the tool's name, and nothing else.");
        }
        var settings = new ToolSettings
        {
            Name = name,
            Description = Description,
            Parameter = Parameter,
            FixedValue = FixedValue ?? new Hashtable(),
            ParameterSetName = ParameterSetName,
            Approval = Approval,
            Timeout = TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : QwenTool.DefaultTimeout,
        };
        if (command is QwenTool && ScriptBlock is null)
            throw new QwenException(QwenErrorKind.InvalidRequest, "This is a tool already. To change it, make it again of its command.");
        WriteObject(new ToolMaker(InvokeCommand, InvokeProvider).Make(ScriptBlock ?? Command, settings));
    }
}
