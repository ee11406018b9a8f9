using System.Collections;

namespace QwenChat.Commands.Tools;

/// <summary>The settings of a tool besides the command.</summary>
internal sealed record ToolSettings
{
    /// <summary>The name for the model; null for the command's own.</summary>
    public string? Name { get; init; }

    /// <summary>The description for the model; null for the command's own.</summary>
    public string? Description { get; init; }

    /// <summary>The parameters that the model may give; null for all possible ones.</summary>
    public string[]? Parameter { get; init; }

    /// <summary>The values that the user fixed.</summary>
    public IDictionary FixedValue { get; init; } = new Hashtable();

    /// <summary>The parameter set; null to choose one.</summary>
    public string? ParameterSetName { get; init; }

    /// <summary>When to ask the user.</summary>
    public QwenToolApproval? Approval { get; init; }

    /// <summary>The timeout of a call.</summary>
    public TimeSpan Timeout { get; init; } = QwenTool.DefaultTimeout;
}
