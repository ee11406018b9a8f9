using System.Text.Json.Nodes;
using QwenChat.Tools;

namespace QwenChat;

/// <summary>A tool that a model may call: its name, the JSON schema of its arguments, and what runs.</summary>
public sealed class QwenTool
{
    /// <summary>How long a call may take when nothing else is said.</summary>
    internal static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(5);

    internal QwenTool(string name, string? description, JsonObject schema, ToolImplementation? implementation)
    {
        (Name, Description, Schema, Implementation) = (ToolName.Check(name), description, schema, implementation);
        Parameters = schema.ToJsonString(ToolSchema.Compact);
        ParameterNames = ToolSchema.PropertiesOf(schema).Select(property => property.Key).ToArray();
        RequiredParameters = ToolSchema.RequiredOf(schema);
    }

    /// <summary>The name by which the model calls it.</summary>
    public string Name { get; }

    /// <summary>What the model is told about it; null when nothing is.</summary>
    public string? Description { get; }

    /// <summary>The JSON schema of its arguments, compact.</summary>
    public string Parameters { get; }

    /// <summary>The names of its arguments.</summary>
    public IReadOnlyList<string> ParameterNames { get; }

    /// <summary>The names of the arguments that a call must have.</summary>
    public IReadOnlyList<string> RequiredParameters { get; }

    /// <summary>When the user is asked before it runs, a word of <see cref="QwenToolApproval"/>; null: as -ToolApproval says.</summary>
    public string? Approval => OwnApproval?.ToString();

    /// <summary>The same as a value.</summary>
    internal QwenToolApproval? OwnApproval { get; init; }

    /// <summary>How long a call may take.</summary>
    public TimeSpan Timeout { get; internal init; } = DefaultTimeout;

    /// <summary>The command that runs; null when the tool is only declared, and its calls are left to the caller.</summary>
    public string? Command => Implementation?.Command;

    /// <summary>When the user is asked under the tool's own <see cref="Approval"/>, else under <see cref="QwenToolApproval.Changes"/>.</summary>
    public string Asks => (Implementation, OwnApproval) switch
    {
        (null, _) => "does not run",
        (_, QwenToolApproval.Always) => "always",
        (_, QwenToolApproval.Never) => "never",
        ({ Risk: ToolRisk.None }, _) => "no",
        ({ Risk: ToolRisk.Reads }, _) => "outside location",
        _ => "yes",
    };

    /// <summary>The schema, to be read only.</summary>
    internal JsonObject Schema { get; }

    /// <summary>What runs; null when the tool is only declared.</summary>
    internal ToolImplementation? Implementation { get; }

    /// <summary>The tool as it is written in code.</summary>
    /// <returns>The name, and the names of the arguments in parentheses.</returns>
    public override string ToString() => $"{Name}({string.Join(", ", ParameterNames)})";
}
