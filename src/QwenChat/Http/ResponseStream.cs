using System.Buffers;
using QwenChat.Protocols;
using QwenChat.Protocols.Errors;
using QwenChat.Protocols.Events;
using QwenChat.Protocols.Json;
using QwenChat.Streaming;

namespace QwenChat.Http;

/// <summary>One answer that has begun: a stream of events, or one body. Which of the two is seen from its first byte, whatever its content type says.</summary>
internal sealed class ResponseStream(HttpResponseMessage response, WatchedBody body, Watchdog watchdog) : IDisposable
{
    /// <summary>No single event is longer: the last one repeats the whole answer.</summary>
    private const int MaximumEventBytes = 32 * 1024 * 1024;

    /// <summary>As much as most answers that are not streamed have.</summary>
    private const int FirstBlock = 16 * 1024;

    /// <summary>So many events are looked at behind the end marker.</summary>
    private const int MostBehind = 16;

    /// <summary>How long counts and the end marker may take to come behind a whole answer.</summary>
    private static readonly TimeSpan s_tail = TimeSpan.FromSeconds(3);

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

    /// <summary>What has been read and not been given out yet.</summary>
    public IReadOnlyList<ChatDelta> First => _first ?? [];

    /// <summary>Reads the first piece; an error up to here is worth a retry.</summary>
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
            byte[] whole = await ReadObjectAsync().ConfigureAwait(false);
            if (Split(whole) is { Count: > 1 } values)
                throw Behind(values[1]) ?? ErrorReader.Malformed("something else behind its answer", values[1].Span);
            return whole;
        }
        catch (Exception failure) when (Translate(failure) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>True for JSON in lines: chunks that come one by one, and are told so.</summary>
    private bool IsLines => response.Content.Headers.ContentType?.MediaType is { } type
        && (type.Contains("ndjson", StringComparison.OrdinalIgnoreCase) || type.Contains("jsonl", StringComparison.OrdinalIgnoreCase)
        || type.EndsWith("json-seq", StringComparison.OrdinalIgnoreCase));

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
        await LetConnectionEndAsync().ConfigureAwait(false);
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

    /// <summary>Reads the next event. Behind a whole answer an end of whatever kind is its end.</summary>
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

    /// <summary>True when the connection broke, was silent or sends without end; false for a stop by the caller.</summary>
    private bool EndsTail(Exception end) =>
        end is IOException or HttpRequestException or QwenException || (end is OperationCanceledException cancelled && watchdog.Explain(cancelled) is not null);

    /// <summary>Reads the end of the body, if it comes at once, so that the connection can be used again.</summary>
    /// <exception cref="QwenException">An error stands behind the answer.</exception>
    private async Task LetConnectionEndAsync()
    {
        body.EndWithin(s_grace);
        for (int i = 0; i < MostBehind && await ReadEventAsync().ConfigureAwait(false); i++)
        {
            if (ErrorReader.FindBehind(_events!.Current) is { } error)
                throw error;
        }
    }

    /// <summary>Reads a body: an answer, or chunks in another form than events.</summary>
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
                throw ErrorReader.Malformed("another answer behind its answer", value.Span);
            _reader.ReadEvent(new ServerSentEvent(default, value, null), _first);
            if (wasWhole && ChatDelta.AreSaid(_first, before))
                throw ErrorReader.Malformed("another answer behind its answer", value.Span);
        }
        if (!_reader.End(_first!))
            throw Broken(null);
    }

    private static IReadOnlyList<ReadOnlyMemory<byte>> Split(byte[] whole) =>
        JsonSequence.Split(whole.AsMemory(whole.Length - ErrorReader.WithoutMark(whole).Length));

    private static QwenException? Behind(ReadOnlyMemory<byte> value) => ErrorReader.FindBehind(new ServerSentEvent(default, value, null));

    /// <summary>Reads the whole body. JSON that stops in the middle was broken off, even where HTTP itself ended as it should.</summary>
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
