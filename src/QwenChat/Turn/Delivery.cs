namespace QwenChat.Turn;

/// <summary>A request to a conversation object: what tells its intent from others, and how often it was tried.</summary>
internal sealed record Delivery
{
    /// <summary>The id of the intent that is recorded before the request is sent.</summary>
    public string IntentId { get; init; } = NewId();

    /// <summary>How often the request was repeated because its answer was lost.</summary>
    public int Retries { get; init; }

    /// <summary>Whether the object was made for this turn in place of one that the service did not know.</summary>
    public bool MadeAgain { get; init; }

    /// <summary>A repetition. The intent before it stays open: its items may still arrive.</summary>
    public Delivery Repeated() => this with { IntentId = NewId(), Retries = Retries + 1 };

    private static string NewId() => Guid.NewGuid().ToString("N");
}
