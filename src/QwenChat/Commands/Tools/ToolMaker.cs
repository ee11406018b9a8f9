using System.Collections;
using System.Management.Automation;
using System.Text.Json.Nodes;
using QwenChat.Tools;

namespace QwenChat.Commands.Tools;

/// <summary>Creates tools from command names, commands, script blocks and schemas.</summary>
/// <param name="commands">The commands of the session.</param>
/// <param name="provider">Gives access to the session's functions, for the temporary function of a script block.</param>
internal sealed class ToolMaker(CommandInvocationIntrinsics commands, ProviderIntrinsics provider)
{
    private static readonly HashSet<string> s_reading = new(StringComparer.OrdinalIgnoreCase)
    {
        "Get", "Test", "Find", "Measure", "Select", "Search", "Compare", "Resolve", "Join", "Split", "Group", "Sort", "Format", "ConvertTo", "ConvertFrom",
    };

    // These commands only read data, but the data must not reach a model without approval.
    private static readonly HashSet<string> s_private = new(StringComparer.OrdinalIgnoreCase)
    {
        "Get-Credential", "Get-Variable", "Get-Clipboard", "Get-History",
    };

    /// <param name="given">A tool, a name, a command, a script block, or a schema as a table.</param>
    /// <param name="settings">The settings of the tool other than the command.</param>
    /// <exception cref="QwenException">The value cannot be a tool.</exception>
    public QwenTool Make(object? given, ToolSettings settings)
    {
        switch (given is PSObject wrapped ? wrapped.BaseObject : given)
        {
            case QwenTool tool:
                return tool;
            case string name:
                return OfCommand(CommandLookup.Find(commands, name), null, settings);
            case CommandInfo command:
                return OfCommand(CommandLookup.Find(commands, command), null, settings);
            case ScriptBlock block:
                return OfBlock(block, settings);
            case FileInfo file:
                return OfCommand(CommandLookup.Find(commands, file.FullName), null, settings);
            case IDictionary table:
                return DeclaredTool.Of(table, settings);
            case null:
                throw Refuse("A tool is $null. Is the variable set? Specify command names, script blocks, schemas or tools from New-QwenTool.");
        }
        if (given is PSObject shell && shell.TypeNames.Contains("Deserialized." + typeof(QwenTool).FullName))
            throw Refuse("This tool comes from another process or a file, so its implementation is not available. "
                + "Create the tool in this session with New-QwenTool.");
        string type = (given is PSObject other ? other.BaseObject : given)?.GetType().Name ?? "";
        throw Refuse($"An object of type {type} is not a tool. Specify a command name, a script block, a schema or a tool from New-QwenTool.");
    }

    private QwenTool OfBlock(ScriptBlock block, ToolSettings settings)
    {
        if (settings.Name is null)
            throw Refuse("A script block has no name. Specify a name for the tool, for example New-QwenTool get_weather { … }.");
        // The parameters of a script block can be read only from a function, so a temporary function is created. The tool runs the block itself.
        string path = "function:QwenTool" + Guid.NewGuid().ToString("N");
        try
        {
            provider.Item.Set(path, block);
            var function = commands.GetCommand(path["function:".Length..], CommandTypes.Function | CommandTypes.Filter)
                ?? throw Refuse("The parameters of the script block cannot be read.");
            return OfCommand(function, block, settings);
        }
        catch (RuntimeException broken)
        {
            throw Refuse($"The parameters of the script block cannot be read: {broken.Message}");
        }
        finally
        {
            provider.Item.Remove(path, recurse: false);
        }
    }

    private static QwenTool OfCommand(CommandInfo command, ScriptBlock? block, ToolSettings settings)
    {
        if (command is ApplicationInfo program)
            return OfProgram(program, settings);
        var choice = ParameterChoice.Of(command, settings.ParameterSetName, settings.Parameter, settings.FixedValue);
        var help = CommandHelp.Of(command, block);
        var properties = new JsonObject();
        foreach (var parameter in choice.Offered)
        {
            var schema = ParameterSchema.Of(parameter.ParameterType, parameter.Attributes)!;
            ParameterSchema.Describe(schema, string.IsNullOrWhiteSpace(parameter.HelpMessage) ? help.Of(parameter.Name) : parameter.HelpMessage);
            if (help.DefaultOf(parameter.Name) is { } value)
                schema["default"] = value;
            properties[parameter.Name] = schema;
        }
        bool changes = new CommandMetadata(command).SupportsShouldProcess;
        var risk = changes ? ToolRisk.Changes : block is not null ? ToolRisk.None : Reads(command) ? ToolRisk.Reads : ToolRisk.Changes;
        var implementation = new CommandTool(command, block, risk)
        {
            Parameters = choice.Offered.ToDictionary(parameter => parameter.Name, StringComparer.OrdinalIgnoreCase),
            FixedValues = new Hashtable(settings.FixedValue, StringComparer.OrdinalIgnoreCase),
            HasCommonParameters = choice.Set.Parameters.Any(parameter => parameter.Name == "ErrorAction"),
            SupportsShouldProcess = changes,
        };
        string name = settings.Name ?? ToolName.Of(command is ExternalScriptInfo ? Path.GetFileNameWithoutExtension(command.Name) : command.Name);
        var required = choice.Offered.Where(parameter => parameter.IsMandatory).Select(parameter => parameter.Name);
        return new QwenTool(name, settings.Description ?? help.Description, ToolSchema.Of(properties, required), implementation)
        {
            OwnApproval = settings.Approval,
            Timeout = settings.Timeout,
        };
    }

    private static bool Reads(CommandInfo command)
    {
        string name = command is ExternalScriptInfo ? Path.GetFileNameWithoutExtension(command.Name) : command.Name;
        int dash = name.IndexOf('-', StringComparison.Ordinal);
        return dash > 0 && s_reading.Contains(name[..dash]) && !s_private.Contains(name);
    }

    private static QwenTool OfProgram(ApplicationInfo program, ToolSettings settings)
    {
        if (Path.GetExtension(program.Path).ToUpperInvariant() is ".BAT" or ".CMD")
            throw Refuse($"{program.Name} is a batch file, and cmd.exe could run parts of the model's arguments as commands. "
                + "Wrap the batch file in a script block that checks the arguments.");
        if (settings.ParameterSetName is not null || settings.Parameter?.Any(name => name != NativeTool.ArgumentsName) == true
            || settings.FixedValue.Keys.Cast<object>().Any(key => key.ToString() != NativeTool.ArgumentsName))
            throw Refuse($"{program.Name} is a program, not a PowerShell command. Its only parameter is '{NativeTool.ArgumentsName}'. "
                + "Omit -ParameterSetName, and omit other names from -Parameter and -FixedValue.");
        var given = settings.FixedValue[NativeTool.ArgumentsName] is { } value ? (string[])LanguagePrimitives.ConvertTo(value, typeof(string[])) : null;
        var properties = new JsonObject();
        if (given is null)
            properties[NativeTool.ArgumentsName] = new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } };
        string name = settings.Name ?? ToolName.Of(Path.GetFileNameWithoutExtension(program.Name));
        return new QwenTool(name, settings.Description, ToolSchema.Of(properties, properties.Select(one => one.Key).ToArray()), new NativeTool(program, given))
        {
            OwnApproval = settings.Approval,
            Timeout = settings.Timeout,
        };
    }

    private static QwenException Refuse(string message) => new(QwenErrorKind.InvalidRequest, message);
}
