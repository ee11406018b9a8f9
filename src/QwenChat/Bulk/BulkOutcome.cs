namespace QwenChat.Bulk;

/// <summary>The outcome of one input.</summary>
/// <param name="Item">The input.</param>
/// <param name="Result">The result, if the input did not fail.</param>
/// <param name="Failure">The failure; null if the input did not fail.</param>
internal readonly record struct BulkOutcome<TItem, TResult>(TItem Item, TResult? Result, Exception? Failure);
