namespace QwenChat.Turn;

/// <summary>The attempts to send one request to a conversation object.</summary>
internal sealed record IntentAttempts
{
    public string IntentId { get; init; } = NewId();

    /// <summary>The number of retries after lost responses.</summary>
    public int Retries { get; init; }

    /// <summary>Whether the conversation object was created again for this turn, because the service did not know the previous object.</summary>
    public bool MadeAgain { get; init; }

    /// <summary>Returns the next attempt. The intent of the previous attempt stays open, because the service may still add the items of that request.</summary>
    public IntentAttempts Repeated() => this with { IntentId = NewId(), Retries = Retries + 1 };

    private static string NewId() => Guid.NewGuid().ToString("N");
}
