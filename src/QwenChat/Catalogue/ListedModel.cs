namespace QwenChat.Catalogue;

/// <summary>What the service's list says of a model. What it does not say is null or empty.</summary>
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

    /// <summary>The tiers, for each time of day rising. Their region, currency and day are not the list's to say.</summary>
    public IReadOnlyList<QwenModelPrice> Tiers { get; init; } = [];

    /// <summary>Why its prices cannot be read; null when they can, or when there are none.</summary>
    public string? PriceFault { get; init; }

    /// <summary>Kinds of prices that are not known here.</summary>
    public IReadOnlyList<string> UnknownPrices { get; init; } = [];
}
