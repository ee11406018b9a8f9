namespace QwenChat;

/// <summary>A preview of a request that was not sent.</summary>
public sealed record QwenRequestPlan
{
    /// <summary>The address of the request.</summary>
    public required Uri Address { get; init; }

    /// <summary>
    /// The body, byte for byte, except that the base64 data of files is truncated. The key is not included, because it is sent in a header.
    /// </summary>
    public required string Body { get; init; }

    /// <summary>The length of the body in bytes, including files.</summary>
    public long BodyBytes { get; init; }

    /// <summary>The approximate number of tokens that the model would read, including state kept by the service.</summary>
    public long EstimatedInputTokens { get; init; }

    /// <summary>
    /// The approximate cost without cache hits; null if no price is known. If <c>-MaxOutputTokens</c> is specified, the cost includes that number of
    /// output tokens.
    /// </summary>
    public decimal? EstimatedCost { get; init; }

    /// <summary>The currency of <see cref="EstimatedCost"/>.</summary>
    public string? Currency { get; init; }

    /// <summary>The parts of the conversation that the request would contain, and the parts that it would omit.</summary>
    public required QwenContext Context { get; init; }
}
