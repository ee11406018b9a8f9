using System.Collections;

namespace QwenChat.Commands.Tools;

/// <summary>What a user says of a tool besides the command.</summary>
internal sealed record ToolSettings
{
    /// <summary>The name for the model; null for the command's own.</summary>
    public string? Name { get; init; }

    /// <summary>What the model is told; null for what the command says of itself.</summary>
    public string? Description { get; init; }

    /// <summary>The parameters that the model may give; null for all that it can.</summary>
    public string[]? Parameter { get; init; }

    /// <summary>What is always given.</summary>
    public IDictionary FixedValue { get; init; } = new Hashtable();

    /// <summary>The parameter set; null to choose one.</summary>
    public string? ParameterSetName { get; init; }

    /// <summary>When the user is asked.</summary>
    public QwenToolApproval? Approval { get; init; }

    /// <summary>How long a call may take.</summary>
    public TimeSpan Timeout { get; init; } = QwenTool.DefaultTimeout;
}
