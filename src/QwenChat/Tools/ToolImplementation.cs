namespace QwenChat.Tools;

/// <summary>What runs when a tool is called. The layers below the commands only pass it on.</summary>
/// <param name="risk">What it can do.</param>
internal abstract class ToolImplementation(ToolRisk risk)
{
    /// <summary>What it can do.</summary>
    public ToolRisk Risk { get; } = risk;

    /// <summary>The command as the user knows it.</summary>
    public abstract string Command { get; }
}
