namespace QwenChat.Bulk;

/// <summary>The outcome of one input.</summary>
/// <param name="Item">The input.</param>
/// <param name="Result">The result; the default value if the work failed.</param>
/// <param name="Failure">The failure; null if the work succeeded.</param>
internal readonly record struct BulkOutcome<TItem, TResult>(TItem Item, TResult? Result, Exception? Failure);
