using System.Collections;
using System.Management.Automation;
using QwenChat.Commands.Input;
using QwenChat.Commands.Tools;

namespace QwenChat.Commands;

/// <summary>Creates a tool that a model may call, from a command, a script block, a program or a schema.</summary>
[Cmdlet(VerbsCommon.New, "QwenTool")]
[OutputType(typeof(QwenTool))]
public sealed class NewQwenToolCommand : StoppableCommand
{
    /// <summary>The command: a name, a CommandInfo, a script block or a schema. With -ScriptBlock, the name of the tool.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(ToolCompleter))]
    [ValidateNotNull]
    public object? Command { get; set; }

    /// <summary>The script block to run when the tool is called.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNull]
    public ScriptBlock? ScriptBlock { get; set; }

    /// <summary>The tool name that the model sees.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? Name { get; set; }

    /// <summary>The tool description that the model sees.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? Description { get; set; }

    /// <summary>The parameters that the model can set.</summary>
    [Parameter]
    [ValidateNotNull]
    [Text]
    public string[]? Parameter { get; set; }

    /// <summary>Fixed parameter values, which the model cannot change.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary? FixedValue { get; set; }

    /// <summary>The parameter set from which the model can set parameters.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Text]
    public new string? ParameterSetName { get; set; }

    /// <summary>When to ask the user for approval: <c>Always</c> or <c>Never</c>.</summary>
    [Parameter]
    [ValidateSet(nameof(QwenToolApproval.Always), nameof(QwenToolApproval.Never))]
    public QwenToolApproval? Approval { get; set; }

    /// <summary>The timeout of a call, in seconds.</summary>
    [Parameter]
    [ValidateRange(1, 86400)]
    public int? TimeoutSeconds { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // If commands are piped, a failure is written as an error record, and the other commands are processed. Otherwise, a failure is a terminating error.
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
                    "A tool has only one implementation. With -ScriptBlock, the first argument must be the name of the tool.");
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
            throw new QwenException(QwenErrorKind.InvalidRequest, "This is already a tool. To change it, create a new tool from its command.");
        WriteObject(new ToolMaker(InvokeCommand, InvokeProvider).Make(ScriptBlock ?? Command, settings));
    }
}
