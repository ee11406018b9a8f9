namespace QwenChat.Tools;

/// <summary>The risk of a tool, as far as known before it runs.</summary>
internal enum ToolRisk
{
    /// <summary>A script block that the user wrote as a tool.</summary>
    None,
    /// <summary>It reads; its arguments determine which files.</summary>
    Reads,
    /// <summary>It may change something.</summary>
    Changes,
}
