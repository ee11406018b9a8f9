namespace QwenChat.Turn;

/// <summary>The attempts to send one request to a conversation object.</summary>
internal sealed record IntentAttempts
{
    public string IntentId { get; init; } = NewId();

    /// <summary>The number of retries after lost responses.</summary>
    public int Retries { get; init; }

    /// <summary>Whether the object was created for this turn to replace an object that the service did not know.</summary>
    public bool MadeAgain { get; init; }

    /// <summary>Returns the next attempt. The previous intent stays open, because the service may still add its items.</summary>
    public IntentAttempts Repeated() => this with { IntentId = NewId(), Retries = Retries + 1 };

    private static string NewId() => Guid.NewGuid().ToString("N");
}
