namespace QwenChat.Tools;

/// <summary>The risk of a tool, as far as it is known before the tool runs.</summary>
internal enum ToolRisk
{
    /// <summary>A script block that the user wrote as a tool.</summary>
    None,
    /// <summary>The tool only reads; its arguments determine which files.</summary>
    Reads,
    /// <summary>The tool may change something.</summary>
    Changes,
}
