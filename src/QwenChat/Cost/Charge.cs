namespace QwenChat.Cost;

/// <summary>What something costs, in the currency in which its price was printed.</summary>
/// <param name="Amount">How much.</param>
/// <param name="Currency">Of what.</param>
/// <param name="PricesAsOf">The day the price was printed; null when not known.</param>
internal readonly record struct Charge(decimal Amount, string Currency, DateOnly? PricesAsOf);
