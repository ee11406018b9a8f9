using System.Text;
using QwenChat.Batch;

namespace QwenChat;

/// <summary>A message to be answered in a batch. New-QwenBatchRequest creates it, and Start-QwenBatch sends it. Immutable.</summary>
public sealed class QwenBatchRequest
{
    private readonly ReadOnlyMemory<byte> _body;

    internal QwenBatchRequest(BatchEntry entry, ReadOnlyMemory<byte> body, QwenConnection connection)
    {
        Entry = entry;
        _body = body;
        Connection = connection;
    }

    /// <summary>The id that identifies the result; null until the batch numbers the request.</summary>
    public string? Id => Entry.Id;

    /// <summary>The model.</summary>
    public string Model => Entry.Turn.Model!;

    /// <summary>The text of the message.</summary>
    public string Message => Entry.Turn.Message;

    /// <summary>The request body as uploaded. It is decoded on every access.</summary>
    public string Body => Encoding.UTF8.GetString(_body.Span);

    /// <summary>The size of the body, in bytes.</summary>
    public long BodyBytes => _body.Length;

    /// <summary>The estimated number of input tokens.</summary>
    public long EstimatedInputTokens => Entry.Forecast.InputTokens;

    /// <summary>The estimated cost, including the answer if -MaxOutputTokens limits it; null if no price is known.</summary>
    public decimal? EstimatedCost => Entry.Forecast.Charge?.Amount;

    /// <summary>The currency of the cost.</summary>
    public string? Currency => Entry.Forecast.Charge?.Currency;

    /// <summary>The input that the request was created from; null if nothing was piped.</summary>
    public object? InputObject { get; internal init; }

    internal BatchEntry Entry { get; }

    internal ReadOnlyMemory<byte> BodyUtf8 => _body;

    internal QwenConnection Connection { get; }

    /// <summary>Returns the message.</summary>
    /// <returns>A short form for lists.</returns>
    public override string ToString() => Message;
}
