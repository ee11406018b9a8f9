namespace QwenChat.Tools;

/// <summary>What a tool can do, as far as that is known before it runs.</summary>
internal enum ToolRisk
{
    /// <summary>A script block that the user wrote as a tool.</summary>
    None,
    /// <summary>It reads; which files depends on its arguments.</summary>
    Reads,
    /// <summary>It may change something.</summary>
    Changes,
}
