using System.Management.Automation;
using QwenChat.Tools;

namespace QwenChat.Commands.Tools;

/// <summary>A tool that is a program. <paramref name="fixedArguments"/> is null if the model sets the arguments.</summary>
internal sealed class NativeTool(ApplicationInfo program, IReadOnlyList<string>? fixedArguments) : ToolImplementation(ToolRisk.Changes)
{
    /// <summary>The name of the schema's only argument.</summary>
    public const string ArgumentsName = "arguments";

    public string FileName => program.Path;

    public IReadOnlyList<string>? FixedArguments => fixedArguments;

    /// <inheritdoc/>
    public override string Command => program.Name;
}
