namespace QwenChat.Catalogue;

/// <summary>The service's data on a model. Missing data is null or empty.</summary>
internal sealed record ListedModel(string Id)
{
    public int? ContextWindow { get; init; }

    public int? MaxInputTokens { get; init; }

    public int? MaxOutputTokens { get; init; }

    public int? MaxThinkingTokens { get; init; }

    public IReadOnlyList<string> InputModalities { get; init; } = [];

    public IReadOnlyList<string> OutputModalities { get; init; } = [];

    public IReadOnlyList<string> Features { get; init; } = [];

    public DateOnly? OfflineDate { get; init; }

    /// <summary>The price tiers, in increasing order for each time of day. The service's list contains no region, currency or date for the tiers.</summary>
    public IReadOnlyList<QwenModelPrice> Tiers { get; init; } = [];

    /// <summary>The reason that the prices cannot be read; null if the prices can be read, or if there are no prices.</summary>
    public string? PriceFault { get; init; }

    /// <summary>The kinds of prices that this version does not know.</summary>
    public IReadOnlyList<string> UnknownPrices { get; init; } = [];
}
