using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using QwenChat.Tools;

namespace QwenChat.Commands.Tools;

/// <summary>A tool that is a PowerShell command or a script block, with the parameters that a model can set.</summary>
internal sealed class CommandTool : ToolImplementation
{
    private readonly CommandInfo _command;
    private readonly ScriptBlock? _block;
    private readonly Guid _home = Runspace.DefaultRunspace?.InstanceId ?? Guid.Empty;

    /// <param name="command">The command; for a script block, the temporary function through which its parameters were read.</param>
    /// <param name="block">The script block; null if the tool is a command.</param>
    /// <param name="risk">The risk of the tool.</param>
    public CommandTool(CommandInfo command, ScriptBlock? block, ToolRisk risk)
        : base(risk) => (_command, _block) = (command, block);

    /// <summary>The parameters that the model can set, by name.</summary>
    public required IReadOnlyDictionary<string, CommandParameterInfo> Parameters { get; init; }

    public required IDictionary FixedValues { get; init; }

    /// <summary>Whether the command has the common parameters, and therefore accepts <c>-ErrorAction</c>.</summary>
    public required bool HasCommonParameters { get; init; }

    /// <summary>Whether the command itself asks for confirmation.</summary>
    public required bool SupportsShouldProcess { get; init; }

    /// <inheritdoc/>
    public override string Command => _block is not null ? "{…}" : _command.Name;

    /// <summary>
    /// Returns the command to run in the caller's runspace. In a runspace other than the tool's own, a command is looked up by its name. A script block
    /// is re-created from its text, because the original would use the session state of the tool's runspace.
    /// </summary>
    /// <param name="commands">The commands of the caller.</param>
    /// <exception cref="QwenException">There is no such command in this runspace.</exception>
    public object Resolve(CommandInvocationIntrinsics commands)
    {
        bool isHome = Runspace.DefaultRunspace?.InstanceId == _home;
        if (isHome)
            return _block ?? (object)_command;
        if (_block is not null)
            return ScriptBlock.Create(_block.ToString());
        if (_command is FunctionInfo { Module: null } function)
            return ScriptBlock.Create(function.Definition);
        return CommandLookup.Again(commands, _command)
            ?? throw new QwenException(QwenErrorKind.InvalidRequest, $"The command {_command.Name} does not exist in this runspace. Import its module first.");
    }
}
