using System.Management.Automation;
using QwenChat.Tools;

namespace QwenChat.Commands.Tools;

/// <summary>A tool that is a program.</summary>
/// <param name="program">The program.</param>
/// <param name="fixedArguments">The arguments that the user fixed, before those of the model; null if the model gives all.</param>
internal sealed class NativeTool(ApplicationInfo program, IReadOnlyList<string>? fixedArguments) : ToolImplementation(ToolRisk.Changes)
{
    /// <summary>The one argument of the schema.</summary>
    public const string ArgumentsName = "arguments";

    /// <summary>The executable file.</summary>
    public string FileName => program.Path;

    /// <summary>All arguments that the user fixed; null if the model gives them.</summary>
    public IReadOnlyList<string>? FixedArguments => fixedArguments;

    /// <inheritdoc/>
    public override string Command => program.Name;
}
