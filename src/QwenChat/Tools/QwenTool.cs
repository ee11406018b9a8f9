using System.Text.Json.Nodes;
using QwenChat.Tools;

namespace QwenChat;

/// <summary>A tool that a model may call: its name, the JSON schema of its arguments, and its implementation.</summary>
public sealed class QwenTool
{
    internal static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(5);

    internal QwenTool(string name, string? description, JsonObject schema, ToolImplementation? implementation)
    {
        (Name, Description, Schema, Implementation) = (ToolName.Check(name), description, schema, implementation);
        Parameters = schema.ToJsonString(ToolSchema.Compact);
        ParameterNames = ToolSchema.PropertiesOf(schema).Select(property => property.Key).ToArray();
        RequiredParameters = ToolSchema.RequiredOf(schema);
    }

    /// <summary>The tool name that the model sees.</summary>
    public string Name { get; }

    /// <summary>The description that the model sees; null if there is none.</summary>
    public string? Description { get; }

    /// <summary>The JSON schema of the tool's arguments, as compact JSON.</summary>
    public string Parameters { get; }

    /// <summary>The names of the tool's arguments.</summary>
    public IReadOnlyList<string> ParameterNames { get; }

    /// <summary>The names of the required arguments.</summary>
    public IReadOnlyList<string> RequiredParameters { get; }

    /// <summary>The approval that the tool requires, a value of <see cref="QwenToolApproval"/>; null to use -ToolApproval.</summary>
    public string? Approval => OwnApproval?.ToString();

    internal QwenToolApproval? OwnApproval { get; init; }

    /// <summary>The timeout of a call.</summary>
    public TimeSpan Timeout { get; internal init; } = DefaultTimeout;

    /// <summary>The command that runs; null if the tool is only declared, in which case the caller must answer its calls.</summary>
    public string? Command => Implementation?.Command;

    /// <summary>
    /// Whether the user is prompted before the tool runs: <c>always</c> or <c>never</c> if <see cref="Approval"/> is one of these values; otherwise <c>yes</c>,
    /// <c>no</c> or <c>outside location</c>. The value for a tool without a command is <c>does not run</c>.
    /// </summary>
    public string Asks => (Implementation, OwnApproval) switch
    {
        (null, _) => "does not run",
        (_, QwenToolApproval.Always) => "always",
        (_, QwenToolApproval.Never) => "never",
        ({ Risk: ToolRisk.None }, _) => "no",
        ({ Risk: ToolRisk.Reads }, _) => "outside location",
        _ => "yes",
    };

    /// <summary>The schema; read-only.</summary>
    internal JsonObject Schema { get; }

    /// <summary>The implementation; null if the tool is only declared.</summary>
    internal ToolImplementation? Implementation { get; }

    /// <summary>Returns the signature of the tool.</summary>
    /// <returns>The name, and the names of the arguments in parentheses.</returns>
    public override string ToString() => $"{Name}({string.Join(", ", ParameterNames)})";
}
