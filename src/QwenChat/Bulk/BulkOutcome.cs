namespace QwenChat.Bulk;

/// <summary>The outcome of one input.</summary>
/// <param name="Item">The input.</param>
/// <param name="Result">The result; only if there is no failure.</param>
/// <param name="Failure">The failure; null if there is a result.</param>
internal readonly record struct BulkOutcome<TItem, TResult>(TItem Item, TResult? Result, Exception? Failure);
