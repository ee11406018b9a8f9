using System.Buffers;
using QwenChat.Protocols;
using QwenChat.Protocols.Errors;
using QwenChat.Protocols.Events;
using QwenChat.Protocols.Json;
using QwenChat.Streaming;

namespace QwenChat.Http;

/// <summary>A response that has begun: an event stream or a single body. The first byte determines the format, regardless of the content type.</summary>
internal sealed class ResponseStream(HttpResponseMessage response, WatchedBody body, Watchdog watchdog) : IDisposable
{
    /// <summary>The maximum size of one event. The limit is large, because the last event repeats the whole reply.</summary>
    private const int MaximumEventBytes = 32 * 1024 * 1024;

    /// <summary>The initial buffer size, which fits most non-streamed responses.</summary>
    private const int FirstBlock = 16 * 1024;

    private const int MaximumEventsAfterEnd = 16;

    /// <summary>The time allowed for the usage and the end marker after a complete reply.</summary>
    private static readonly TimeSpan s_tail = TimeSpan.FromSeconds(3);

    /// <summary>The time allowed for the body to end after the end marker. If the body ends in time, the connection can be reused.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(50);

    private IAnswerReader _reader = null!;
    private EventReader? _events;
    private List<ChatDelta>? _first = [];

    public string? RequestId { get; init; }

    public Func<QwenException, QwenException> WithoutKey { get; init; } = failure => failure;

    /// <summary>True when the service timed out and sent a partial reply (wire §1.5).</summary>
    public bool IsPartial { get; init; }

    public bool IsStream => _events is not null;

    /// <summary>The deltas that have been read but not returned yet.</summary>
    public IReadOnlyList<ChatDelta> First => _first ?? [];

    /// <summary>Reads the first chunk. If this method throws, the request can be retried, because no chunk has been returned.</summary>
    public async Task BeginAsync(IAnswerReader reader)
    {
        _reader = reader;
        try
        {
            byte? begin = await body.PeekAsync(watchdog.Token).ConfigureAwait(false);
            if (begin is (byte)'[' or (byte)'<' or (byte)'"' || (begin == (byte)'{' && !IsLines))
            {
                ReadBody(await ReadObjectAsync().ConfigureAwait(false));
                return;
            }
            _events = new EventReader(body, MaximumEventBytes, body.Progress);
            if (!await ReadEventsAsync(_first!).ConfigureAwait(false))
                throw Broken(null);
        }
        catch (Exception failure) when (Translate(failure) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>Reads until new content has been received. Returns false at the regular end of the response.</summary>
    /// <exception cref="QwenException">The stream reports an error, was interrupted, or timed out.</exception>
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

    /// <summary>Reads the whole body of the response. Data after a complete JSON object is an error.</summary>
    public async Task<byte[]> ReadWholeAsync()
    {
        try
        {
            byte[] whole = await ReadObjectAsync().ConfigureAwait(false);
            if (Split(whole) is { Count: > 1 } values)
                throw Behind(values[1]) ?? ErrorReader.Malformed("more data after its response", values[1].Span);
            return whole;
        }
        catch (Exception failure) when (Translate(failure) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>Whether the response is in the JSON Lines format. Its chunks arrive separately and are returned immediately.</summary>
    private bool IsLines => response.Content.Headers.ContentType?.MediaType is { } type
        && (type.Contains("ndjson", StringComparison.OrdinalIgnoreCase) || type.Contains("jsonl", StringComparison.OrdinalIgnoreCase)
        || type.EndsWith("json-seq", StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads the next bytes of a file download; returns 0 at the end of the file.</summary>
    public async ValueTask<int> ReadBytesAsync(Memory<byte> space)
    {
        try
        {
            int count = await body.ReadAsync(space, watchdog.Token).ConfigureAwait(false);
            body.Progress();
            return count;
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
            bool wasWhole = _reader.IsWhole;
            if (!await ReadEventAsync().ConfigureAwait(false))
            {
                if (!_reader.End(deltas))
                    throw Broken(null);
                return deltas.Count > before;
            }
            ReadEvent(_events!.Current, deltas);
            bool isNews = deltas.Count > before;
            if (isNews)
                body.Progress();
            if (_reader.IsWhole && (isNews || !wasWhole))
                body.EndWithin(s_tail);
            if (isNews)
                return true;
        }
        await DrainAsync().ConfigureAwait(false);
        return false;
    }

    private void ReadEvent(in ServerSentEvent serverEvent, List<ChatDelta> deltas)
    {
        if (!JsonSequence.IsSeveral(serverEvent.Data.Span))
        {
            _reader.ReadEvent(serverEvent, deltas);
            return;
        }
        foreach (var value in JsonSequence.Split(serverEvent.Data))
            _reader.ReadEvent(serverEvent with { Data = value }, deltas);
    }

    /// <summary>Reads the next event. After a complete reply, any error counts as the regular end.</summary>
    private async ValueTask<bool> ReadEventAsync()
    {
        try
        {
            return await _events!.ReadAsync(watchdog.Token).ConfigureAwait(false);
        }
        catch (Exception end) when (_reader.IsWhole && EndsTail(end))
        {
            return false;
        }
    }

    /// <summary>Returns whether the connection was interrupted, timed out, or sent too much data; false if the caller canceled.</summary>
    private bool EndsTail(Exception end) =>
        end is IOException or HttpRequestException or QwenException || (end is OperationCanceledException cancelled && watchdog.Explain(cancelled) is not null);

    /// <summary>Reads the rest of the body, if it arrives immediately, so that the connection can be reused.</summary>
    /// <exception cref="QwenException">An error follows the reply.</exception>
    private async Task DrainAsync()
    {
        body.EndWithin(s_grace);
        for (int i = 0; i < MaximumEventsAfterEnd && await ReadEventAsync().ConfigureAwait(false); i++)
        {
            if (ErrorReader.FindBehind(_events!.Current) is { } error)
                throw error;
        }
    }

    /// <summary>Reads a body that contains a whole reply, or chunks in a format other than server-sent events.</summary>
    private void ReadBody(byte[] whole)
    {
        var values = Split(whole);
        if (values.Count == 1)
        {
            _reader.ReadBody(values[0].Span, _first!);
            return;
        }
        foreach (var value in values)
        {
            int before = _first!.Count;
            bool wasWhole = _reader.IsWhole;
            if (wasWhole && Behind(value) is { } error)
                throw error;
            if (_reader.IsFinished)
                throw ErrorReader.Malformed("a second response after the first", value.Span);
            _reader.ReadEvent(new ServerSentEvent(default, value, null), _first);
            if (wasWhole && ChatDelta.AreSaid(_first, before))
                throw ErrorReader.Malformed("a second response after the first", value.Span);
        }
        if (!_reader.End(_first!))
            throw Broken(null);
    }

    private static IReadOnlyList<ReadOnlyMemory<byte>> Split(byte[] whole) =>
        JsonSequence.Split(whole.AsMemory(whole.Length - ErrorReader.WithoutMark(whole).Length));

    private static QwenException? Behind(ReadOnlyMemory<byte> value) => ErrorReader.FindBehind(new ServerSentEvent(default, value, null));

    /// <summary>Reads the whole body. If the JSON is incomplete, the response counts as interrupted, even if the HTTP response ended normally.</summary>
    private async Task<byte[]> ReadObjectAsync()
    {
        byte[] whole = await ReadAllAsync().ConfigureAwait(false);
        return JsonExtent.IsOpen(ErrorReader.WithoutMark(whole)) ? throw Broken(null) : whole;
    }

    private async Task<byte[]> ReadAllAsync()
    {
        byte[] block = ArrayPool<byte>.Shared.Rent(FirstBlock);
        try
        {
            int length = 0;
            var extent = default(JsonExtent);
            bool isWhole = false;
            while (await ReadAsync(block.AsMemory(length), isWhole).ConfigureAwait(false) is > 0 and int count)
            {
                length += count;
                body.Progress();
                if (!isWhole && (isWhole = extent.IsWhole(ErrorReader.WithoutMark(block.AsSpan(0, length)))))
                    body.EndWithin(s_tail);
                if (length == block.Length)
                    block = Grow(block);
            }
            return block[..length];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }

        async ValueTask<int> ReadAsync(Memory<byte> space, bool isWhole)
        {
            try
            {
                return await body.ReadAsync(space, watchdog.Token).ConfigureAwait(false);
            }
            catch (Exception end) when (isWhole && EndsTail(end))
            {
                return 0;
            }
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
        new(QwenErrorKind.StreamBroken, "The response was interrupted before its end" + (cause is null ? "." : $": {cause.GetBaseException().Message}"), cause)
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
