namespace QwenChat;

/// <summary>When the user is asked before a tool runs.</summary>
public enum QwenToolApproval
{
    /// <summary>Before whatever may change something or reads outside the current location; reading inside it is free.</summary>
    Changes,
    /// <summary>Before every run.</summary>
    Always,
    /// <summary>Never: every call runs.</summary>
    Never,
}
