namespace QwenChat;

/// <summary>The condition for prompting the user before a tool runs.</summary>
public enum QwenToolApproval
{
    /// <summary>
    /// Prompts before a tool that may change something, or that reads outside the current location. Reading inside the current location needs no
    /// approval.
    /// </summary>
    Changes,
    /// <summary>Prompts before every call.</summary>
    Always,
    /// <summary>Never prompts: every call runs.</summary>
    Never,
}
