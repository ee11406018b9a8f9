namespace QwenChat;

/// <summary>A request as it would be sent. Nothing was sent.</summary>
public sealed record QwenRequestPlan
{
    /// <summary>Where it would go.</summary>
    public required Uri Address { get; init; }

    /// <summary>The body, byte for byte, but for files: of their base64 only the beginning is shown. The key is in a header, not here.</summary>
    public required string Body { get; init; }

    /// <summary>How long the body is, files included.</summary>
    public long BodyBytes { get; init; }

    /// <summary>About how many tokens the model would read, what the service keeps of the conversation included.</summary>
    public long EstimatedInputTokens { get; init; }

    /// <summary>
    /// About what it would cost without the help of a cache, with <c>-MaxOutputTokens</c> of output, or none where that was not given; null
    /// when no price is known.
    /// </summary>
    public decimal? EstimatedCost { get; init; }

    /// <summary>The currency of <see cref="EstimatedCost"/>.</summary>
    public string? Currency { get; init; }

    /// <summary>What would be sent of the conversation, and what left out.</summary>
    public required QwenContext Context { get; init; }
}
