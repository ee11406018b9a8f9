using QwenChat.Protocols.Tools;
using QwenChat.Tools;

namespace QwenChat.Commands.Tools;

/// <summary>The tools of a send, as a turn is given them.</summary>
internal sealed class ToolSet
{
    /// <summary>Takes tools.</summary>
    /// <exception cref="QwenException">Two have the same name.</exception>
    public ToolSet(IReadOnlyList<QwenTool> tools)
    {
        ToolName.CheckDistinct(tools);
        Tools = tools;
        Definitions = tools.Select(tool => ToolDefinition.Of(tool.Name, tool.Description, tool.Parameters)).ToArray();
        DeclaredOnly = tools.Where(tool => tool.Implementation is null).Select(tool => tool.Name).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The tools.</summary>
    public IReadOnlyList<QwenTool> Tools { get; }

    /// <summary>What the model is told of them.</summary>
    public IReadOnlyList<ToolDefinition> Definitions { get; }

    /// <summary>The names of those that run nothing, whose calls are left to the caller.</summary>
    public IReadOnlySet<string> DeclaredOnly { get; }
}
