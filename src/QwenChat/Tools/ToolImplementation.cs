namespace QwenChat.Tools;

/// <summary>The implementation of a tool. Only the cmdlets run the implementation; lower layers only pass it on.</summary>
internal abstract class ToolImplementation(ToolRisk risk)
{
    public ToolRisk Risk { get; } = risk;

    /// <summary>The command, as the user specified it.</summary>
    public abstract string Command { get; }
}
