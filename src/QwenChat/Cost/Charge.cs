namespace QwenChat.Cost;

/// <summary>A cost, in the currency of the published price, and the date of the published price if known.</summary>
internal readonly record struct Charge(decimal Amount, string Currency, DateOnly? PricesAsOf);
