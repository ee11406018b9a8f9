using System.Management.Automation;

namespace QwenChat.Commands.Tools;

/// <summary>
/// Finds the command for a name or a CommandInfo. A CommandInfo has no parameters if its module is not imported. The command is therefore looked up again
/// by its name, which imports the module.
/// </summary>
internal static class CommandLookup
{
    /// <exception cref="QwenException">The name is a pattern, or there is no such command.</exception>
    public static CommandInfo Find(CommandInvocationIntrinsics commands, string name)
    {
        if (string.IsNullOrWhiteSpace(name))
            throw Refuse("The command name is empty. Specify a command name, a script block or a schema.");
        if (WildcardPattern.ContainsWildcardCharacters(name))
            throw Refuse($"'{name}' contains wildcards. Specify the name of each command that the model may run.");
        var found = commands.GetCommand(name, CommandTypes.All)
            ?? throw Refuse($"There is no command '{name}'. Specify the name of a cmdlet, function, script or program, or use New-QwenTool with a "
                + "script block.");
        return Target(found);
    }

    /// <exception cref="QwenException">The CommandInfo is an alias that does not resolve to a command.</exception>
    public static CommandInfo Find(CommandInvocationIntrinsics commands, CommandInfo given)
    {
        var target = Target(given);
        return Again(commands, target) ?? target;
    }

    /// <summary>
    /// Looks up a command by its exact name. Returns null for a function without a module, and for a command that is not found, such as a private function.
    /// </summary>
    public static CommandInfo? Again(CommandInvocationIntrinsics commands, CommandInfo command)
    {
        // A function without a module may have been replaced by another function with the same name.
        if (command is FunctionInfo { Module: null, ModuleName.Length: 0 })
            return null;
        return commands.GetCommand(NameOf(command), command.CommandType);
    }

    /// <summary>
    /// Returns a command with its dynamic parameters; null if there is no such command. Runs the command's <c>dynamicparam</c> block.
    /// </summary>
    /// <exception cref="QwenException">The block failed.</exception>
    public static CommandInfo? WithDynamicParameters(CommandInfo command)
    {
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddCommand(@"Microsoft.PowerShell.Core\Get-Command").AddParameter("Name", NameOf(command)).AddParameter("CommandType", command.CommandType)
            .AddParameter("ErrorAction", ActionPreference.Ignore);
        try
        {
            var copy = shell.Invoke<CommandInfo>().FirstOrDefault();
            return copy?.Parameters is null ? null : copy;
        }
        catch (RuntimeException broken)
        {
            throw Refuse($"The dynamic parameters of {command.Name} cannot be read: {broken.Message}");
        }
    }

    private static string NameOf(CommandInfo command)
    {
        string name = command switch
        {
            ApplicationInfo program => program.Path,
            ExternalScriptInfo script => script.Path,
            { ModuleName.Length: > 0 } => command.ModuleName + "\\" + command.Name,
            _ => command.Name,
        };
        return WildcardPattern.ContainsWildcardCharacters(name) ? WildcardPattern.Escape(name) : name;
    }

    private static CommandInfo Target(CommandInfo given)
    {
        var target = given;
        for (int i = 0; target is AliasInfo alias && i < 32; i++)
            target = alias.ResolvedCommand ?? throw Refuse($"The alias {alias.Name} does not resolve to a command.");
        return target;
    }

    private static QwenException Refuse(string message) => new(QwenErrorKind.InvalidRequest, message);
}
