namespace QwenChat.Bulk;

/// <summary>How the work on one input ended.</summary>
/// <param name="Item">The input.</param>
/// <param name="Result">The result; only without a failure.</param>
/// <param name="Failure">Why there is no result; null when there is one.</param>
internal readonly record struct BulkOutcome<TItem, TResult>(TItem Item, TResult? Result, Exception? Failure);
