namespace QwenChat.Cost;

/// <summary>A snapshot of a ledger's amounts that count against limits.</summary>
/// <param name="Tokens">The number of tokens, input and output together.</param>
/// <param name="Costs">The costs, by currency.</param>
/// <param name="HasUnpriced">True if the cost of a request is not known.</param>
internal sealed record LimitCount(long Tokens, IReadOnlyDictionary<string, decimal> Costs, bool HasUnpriced)
{
    public bool Equals(LimitCount? other) => other is not null && Tokens == other.Tokens && HasUnpriced == other.HasUnpriced
        && Costs.Count == other.Costs.Count && Costs.All(cost => other.Costs.TryGetValue(cost.Key, out decimal amount) && amount == cost.Value);

    public override int GetHashCode() => HashCode.Combine(Tokens, Costs.Count, HasUnpriced);
}
