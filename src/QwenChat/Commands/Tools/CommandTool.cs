using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using QwenChat.Tools;

namespace QwenChat.Commands.Tools;

/// <summary>A tool that is a PowerShell command or a script block, with the parameters that a model may give.</summary>
internal sealed class CommandTool : ToolImplementation
{
    private readonly CommandInfo _command;
    private readonly ScriptBlock? _block;
    private readonly Guid _home = Runspace.DefaultRunspace?.InstanceId ?? Guid.Empty;

    /// <param name="command">The command; of a script block, the function that it was as long as its parameters were read.</param>
    /// <param name="block">The script block, when it is one.</param>
    /// <param name="risk">What it can do.</param>
    public CommandTool(CommandInfo command, ScriptBlock? block, ToolRisk risk)
        : base(risk) => (_command, _block) = (command, block);

    /// <summary>The parameters that the model may give, by name.</summary>
    public required IReadOnlyDictionary<string, CommandParameterInfo> Parameters { get; init; }

    /// <summary>What is always given, by the user.</summary>
    public required IDictionary FixedValues { get; init; }

    /// <summary>Whether it has the common parameters, and takes <c>-ErrorAction</c>.</summary>
    public required bool HasCommonParameters { get; init; }

    /// <summary>Whether it asks for confirmation by itself.</summary>
    public required bool SupportsShouldProcess { get; init; }

    /// <inheritdoc/>
    public override string Command => _block is not null ? "{…}" : _command.Name;

    /// <summary>
    /// What to run in the runspace of the caller. A script block is bound to the runspace that made it: run from another one it works in that one's
    /// tables, so there it is made again from its text, and a command is looked up by its name.
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
            ?? throw new QwenException(QwenErrorKind.InvalidRequest, $"The command {_command.Name} does not exist in this runspace. Import its module there.");
    }
}
