using System.Text;
using QwenChat.Batch;

namespace QwenChat;

/// <summary>A message that is to be answered in a batch: New-QwenBatchRequest makes it, Start-QwenBatch sends it. Immutable.</summary>
public sealed class QwenBatchRequest
{
    private readonly ReadOnlyMemory<byte> _body;

    internal QwenBatchRequest(BatchEntry entry, ReadOnlyMemory<byte> body, QwenConnection connection)
    {
        Entry = entry;
        _body = body;
        Connection = connection;
    }

    /// <summary>The id by which the result is known; null until the batch numbers it.</summary>
    public string? Id => Entry.Id;

    /// <summary>The model.</summary>
    public string Model => Entry.Half.Model!;

    /// <summary>What is said.</summary>
    public string Message => Entry.Half.Message;

    /// <summary>The request body, as it is uploaded; decoded again on every access.</summary>
    public string Body => Encoding.UTF8.GetString(_body.Span);

    /// <summary>The size of the body.</summary>
    public long BodyBytes => _body.Length;

    /// <summary>The estimated input.</summary>
    public long EstimatedInputTokens => Entry.Forecast.InputTokens;

    /// <summary>The estimated cost, the answer included where -MaxOutputTokens limits it; null where no price is known.</summary>
    public decimal? EstimatedCost => Entry.Forecast.Charge?.Amount;

    /// <summary>The currency of the cost.</summary>
    public string? Currency => Entry.Forecast.Charge?.Currency;

    /// <summary>The input that the request was made of; null where none was piped.</summary>
    public object? InputObject { get; internal init; }

    internal BatchEntry Entry { get; }

    internal ReadOnlyMemory<byte> BodyUtf8 => _body;

    internal QwenConnection Connection { get; }

    /// <summary>The message.</summary>
    /// <returns>A short form for lists.</returns>
    public override string ToString() => Message;
}
