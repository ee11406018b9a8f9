namespace QwenChat;

/// <summary>When to ask the user before a tool runs.</summary>
public enum QwenToolApproval
{
    /// <summary>Before a tool that may change something or reads outside the current location; reading inside it needs no approval.</summary>
    Changes,
    /// <summary>Before every run.</summary>
    Always,
    /// <summary>Never: every call runs.</summary>
    Never,
}
