namespace QwenChat.Cost;

/// <summary>What of a ledger counts towards limits, as it is at one moment.</summary>
/// <param name="Tokens">The tokens, input and output together.</param>
/// <param name="Costs">The costs, by currency.</param>
/// <param name="HasUnpriced">True when there was a request whose cost is not known.</param>
internal sealed record LimitCount(long Tokens, IReadOnlyDictionary<string, decimal> Costs, bool HasUnpriced)
{
    /// <summary>True when both count the same.</summary>
    public bool Equals(LimitCount? other) => other is not null && Tokens == other.Tokens && HasUnpriced == other.HasUnpriced
        && Costs.Count == other.Costs.Count && Costs.All(cost => other.Costs.TryGetValue(cost.Key, out decimal amount) && amount == cost.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Tokens, Costs.Count, HasUnpriced);
}
