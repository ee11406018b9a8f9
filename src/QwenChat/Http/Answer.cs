using System.Buffers;
using QwenChat.Protocols;

namespace QwenChat.Http;

/// <summary>One answer that has begun: a stream of events, or one body. Which of the two is seen from its first byte, whatever its content type says.</summary>
internal sealed class Answer(HttpResponseMessage response, AnswerBody body, Watchdog watchdog) : IDisposable
{
    /// <summary>No single event is longer: the last one repeats the whole answer.</summary>
    private const int MaximumEventBytes = 32 * 1024 * 1024;

    /// <summary>As much as most answers that are not streamed have.</summary>
    private const int FirstBlock = 16 * 1024;

    /// <summary>How long the connection may take to end after the end marker, to be used again.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(50);

    private IAnswerReader _reader = null!;
    private EventReader? _events;
    private List<ChatDelta>? _first = [];

    /// <summary>The service's id of the request.</summary>
    public string? RequestId { get; init; }

    /// <summary>Takes the key out of an error's words.</summary>
    public Func<QwenException, QwenException> WithoutKey { get; init; } = failure => failure;

    /// <summary>True when the service ran out of time and sent what it had (qwen-api §1.5).</summary>
    public bool IsPartial { get; init; }

    /// <summary>True when the answer comes in events.</summary>
    public bool IsStream => _events is not null;

    /// <summary>Reads the first piece; an error up to here is worth a retry.</summary>
    public async Task BeginAsync(IAnswerReader reader)
    {
        _reader = reader;
        try
        {
            if (await body.PeekAsync(watchdog.Token).ConfigureAwait(false) is (byte)'{' or (byte)'[' or (byte)'<' or (byte)'"')
            {
                _reader.ReadBody(await ReadObjectAsync().ConfigureAwait(false), _first!);
                return;
            }
            _events = new EventReader(body, MaximumEventBytes);
            if (!await ReadEventsAsync(_first!).ConfigureAwait(false))
                throw Broken(null);
        }
        catch (Exception failure) when (Translate(failure) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>Reads on until something was said. False at the orderly end.</summary>
    /// <exception cref="QwenException">The stream reports an error, was broken off, or fell silent.</exception>
    public async ValueTask<bool> ReadAsync(List<ChatDelta> deltas)
    {
        if (_first is { } first)
        {
            _first = null;
            deltas.AddRange(first);
            if (first.Count > 0)
                return true;
        }
        if (_events is null)
            return false;
        try
        {
            return await ReadEventsAsync(deltas).ConfigureAwait(false);
        }
        catch (Exception failure) when (Translate(failure) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>Reads an answer that is one body, whatever it holds.</summary>
    public async Task<byte[]> ReadWholeAsync()
    {
        try
        {
            return await ReadObjectAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (Translate(failure) is { } translated)
        {
            throw translated;
        }
    }

    private async ValueTask<bool> ReadEventsAsync(List<ChatDelta> deltas)
    {
        int before = deltas.Count;
        while (!_reader.IsFinished)
        {
            if (!await _events!.ReadAsync(watchdog.Token).ConfigureAwait(false))
            {
                if (!_reader.End(deltas))
                    throw Broken(null);
                return deltas.Count > before;
            }
            _reader.ReadEvent(_events.Current, deltas);
            if (deltas.Count > before)
                return true;
        }
        await LetConnectionEndAsync().ConfigureAwait(false);
        return false;
    }

    /// <summary>Reads the end of the body, if it comes at once, so that the connection can be used again.</summary>
    private async Task LetConnectionEndAsync()
    {
        try
        {
            var rest = body.ReadAsync(new byte[256], watchdog.Token);
            if (!rest.IsCompleted)
                await rest.AsTask().WaitAsync(s_grace).ConfigureAwait(false);
        }
        catch (Exception late) when (late is TimeoutException or IOException or HttpRequestException or OperationCanceledException or QwenException)
        {
            // The answer is whole; a connection that does not end in time is closed instead of kept.
        }
    }

    /// <summary>Reads the whole body. JSON that stops in the middle was broken off, even where HTTP itself ended as it should.</summary>
    private async Task<byte[]> ReadObjectAsync()
    {
        byte[] whole = await ReadAllAsync().ConfigureAwait(false);
        return JsonExtent.IsOpen(ErrorBody.WithoutMark(whole)) ? throw Broken(null) : whole;
    }

    private async Task<byte[]> ReadAllAsync()
    {
        byte[] block = ArrayPool<byte>.Shared.Rent(FirstBlock);
        try
        {
            int length = 0;
            while (await body.ReadAsync(block.AsMemory(length), watchdog.Token).ConfigureAwait(false) is > 0 and int count)
            {
                length += count;
                if (length == block.Length)
                    block = Grow(block);
            }
            return block[..length];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private static byte[] Grow(byte[] block)
    {
        byte[] grown = ArrayPool<byte>.Shared.Rent(block.Length * 2);
        block.CopyTo(grown, 0);
        ArrayPool<byte>.Shared.Return(block);
        return grown;
    }

    private QwenException? Translate(Exception failure) => failure switch
    {
        OperationCanceledException cancelled => watchdog.Explain(cancelled),
        QwenException told => WithoutKey(told) is var safe && safe != told ? safe : null,
        IOException or HttpRequestException => Broken(failure),
        _ => null,
    };

    private static QwenException Broken(Exception? cause) =>
        new(QwenErrorKind.StreamBroken, "The answer was broken off before its end" + (cause is null ? "." : $": {cause.GetBaseException().Message}"), cause)
        {
            Retryable = true,
            Retry = RetryAdvice.Soon,
            MayHaveArrived = true,
        };

    public void Dispose()
    {
        response.Dispose();
        body.Dispose();
        _events?.Dispose();
        watchdog.Dispose();
    }
}
