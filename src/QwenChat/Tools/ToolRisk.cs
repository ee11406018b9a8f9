namespace QwenChat.Tools;

/// <summary>The risk of a tool, as far as it is known before the tool runs.</summary>
internal enum ToolRisk
{
    /// <summary>The tool is a script block that the user wrote, so it needs no approval by default.</summary>
    None,
    /// <summary>The tool only reads. Its arguments determine which files it reads.</summary>
    Reads,
    /// <summary>The tool may change something.</summary>
    Changes,
}
