using System.Collections;

namespace QwenChat.Commands.Tools;

/// <summary>The settings of a tool other than the command.</summary>
internal sealed record ToolSettings
{
    /// <summary>The tool name that the model sees; null for the name of the command.</summary>
    public string? Name { get; init; }

    /// <summary>The tool description that the model sees; null for the description in the command's help.</summary>
    public string? Description { get; init; }

    /// <summary>The parameters that the model can set; null for all parameters that a model could set.</summary>
    public string[]? Parameter { get; init; }

    public IDictionary FixedValue { get; init; } = new Hashtable();

    /// <summary>The parameter set; null to choose one.</summary>
    public string? ParameterSetName { get; init; }

    /// <summary>Specifies when the user is asked for approval; null for the setting of the turn.</summary>
    public QwenToolApproval? Approval { get; init; }

    public TimeSpan Timeout { get; init; } = QwenTool.DefaultTimeout;
}
