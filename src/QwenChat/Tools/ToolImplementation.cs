namespace QwenChat.Tools;

/// <summary>The implementation of a tool. The layers below the commands only pass it on.</summary>
/// <param name="risk">The risk of the tool.</param>
internal abstract class ToolImplementation(ToolRisk risk)
{
    /// <summary>The risk of the tool.</summary>
    public ToolRisk Risk { get; } = risk;

    /// <summary>The command in the form that the user knows.</summary>
    public abstract string Command { get; }
}
