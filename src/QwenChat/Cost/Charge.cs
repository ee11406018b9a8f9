namespace QwenChat.Cost;

/// <summary>A cost, in the currency of the published price.</summary>
/// <param name="PricesAsOf">The date of the published price; null if not known.</param>
internal readonly record struct Charge(decimal Amount, string Currency, DateOnly? PricesAsOf);
