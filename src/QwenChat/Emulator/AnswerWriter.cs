using System.Buffers;
using System.Collections;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using QwenChat.Emulator.Http;

namespace QwenChat.Emulator;

/// <summary>Sends a response, and simulates a fault.</summary>
internal sealed class AnswerWriter(HttpExchange exchange, QwenEmulatorFault fault, TimeSpan eventDelay, string requestId)
{
    private static readonly TimeSpan EndlessDelay = TimeSpan.FromMilliseconds(5);
    private readonly ArrayBufferWriter<byte> _frame = new(512);
    private readonly MemoryStream? _packed = fault.Gzip ? new MemoryStream() : null;
    private GZipStream? _packer;
    private long _bytesLeft = fault.CutAfterBytes ?? long.MaxValue;

    private bool Cuts => fault.CutAfterBytes is not null || fault.CutAfterEvents is not null;

    public async Task WriteAsync(EmulatedAnswer answer, Action<int> statusIs)
    {
        bool knowsLength = answer is BodyAnswer && !fault.Gzip && !(Cuts && fault.Cut == QwenEmulatorCut.Truncate);
        var head = exchange.Head(answer.Status, Headers(answer), knowsLength ? ((BodyAnswer)answer).Body.Length : null);
        if (fault.CutInHeaders)
        {
            exchange.WriteRaw(head.AsSpan(0, head.Length / 2));
            await CutAsync().ConfigureAwait(false);
        }
        statusIs(answer.Status);
        exchange.WriteRaw(head);
        if (fault.DelayAfterHeaders > TimeSpan.Zero)
        {
            await exchange.FlushAsync().ConfigureAwait(false);
            await Task.Delay(fault.DelayAfterHeaders, exchange.Gone).ConfigureAwait(false);
        }
        bool whole = answer switch
        {
            EventAnswer events => await WriteEventsAsync(events).ConfigureAwait(false),
            BodyAnswer { Body: var body } => await WriteBodyAsync(body).ConfigureAwait(false),
            _ => throw new InvalidOperationException(answer.GetType().Name),
        };
        if (whole && _packer is not null)
        {
            await _packer.DisposeAsync().ConfigureAwait(false);
            await SendAsync(_packed!.ToArray()).ConfigureAwait(false);
        }
        await exchange.CompleteAsync().ConfigureAwait(false);
    }

    private IEnumerable<KeyValuePair<string, string>> Headers(EmulatedAnswer answer)
    {
        yield return new("content-type", fault.ContentType ?? answer.ContentType);
        yield return new("x-request-id", requestId);
        yield return new("x-dashscope-call-gateway", "true");
        if (fault.Gzip)
            yield return new("content-encoding", "gzip");
        foreach (var header in answer.Headers)
            yield return header;
        foreach (DictionaryEntry header in fault.Headers ?? new Dictionary<string, string>())
            yield return new($"{header.Key}", string.Create(CultureInfo.InvariantCulture, $"{header.Value}"));
    }

    /// <summary>Sends the events. Returns false if the fault truncates the stream.</summary>
    private async Task<bool> WriteEventsAsync(EventAnswer answer)
    {
        var delay = fault.DelayBetweenEvents > TimeSpan.Zero ? fault.DelayBetweenEvents : eventDelay;
        int sent = 0;
        foreach (var streamEvent in answer.Events)
        {
            do
            {
                exchange.Gone.ThrowIfCancellationRequested();
                if (sent > 0 && delay > TimeSpan.Zero)
                    await Task.Delay(delay, exchange.Gone).ConfigureAwait(false);
                if (sent == fault.CutAfterEvents)
                    return await CutAsync().ConfigureAwait(false);
                if (sent == fault.ErrorAfterEvents)
                {
                    await WriteEventAsync(answer.Framing, answer.Framing.Error(fault.ErrorEvent, fault.ErrorStatus, sent + 1, requestId), sent + 1)
                        .ConfigureAwait(false);
                    return true;
                }
                if (!await WriteEventAsync(answer.Framing, streamEvent, ++sent).ConfigureAwait(false))
                    return false;
                if (delay > TimeSpan.Zero)
                    await exchange.FlushAsync().ConfigureAwait(false);
                if (fault.EndlessEvents)
                    delay = delay > TimeSpan.Zero ? delay : EndlessDelay;
            }
            while (fault.EndlessEvents && streamEvent.IsText);
        }
        return true;
    }

    private ValueTask<bool> WriteEventAsync(EventFraming framing, in StreamEvent streamEvent, int number)
    {
        _frame.ResetWrittenCount();
        framing.Write(_frame, streamEvent, number, fault);
        return WriteBodyAsync(_frame.WrittenMemory);
    }

    private ValueTask<bool> WriteBodyAsync(ReadOnlyMemory<byte> bytes)
    {
        if (_packed is null)
            return SendAsync(bytes);
        _packer ??= new GZipStream(_packed, CompressionLevel.Fastest, leaveOpen: true);
        _packer.Write(bytes.Span);
        _packer.Flush();
        var packed = _packed.ToArray();
        _packed.SetLength(0);
        return SendAsync(packed);
    }

    /// <summary>Sends bytes of the body, in blocks of the size that the fault specifies. Returns false if the fault truncates the body.</summary>
    private async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes)
    {
        bool cut = bytes.Length > _bytesLeft || (_bytesLeft == 0 && fault.CutAfterBytes is not null);
        if (cut)
            bytes = bytes[..(int)_bytesLeft];
        _bytesLeft -= bytes.Length;
        int step = fault.ChunkBytes > 0 ? fault.ChunkBytes : Math.Max(1, bytes.Length);
        for (int at = 0; at < bytes.Length; at += step)
        {
            await exchange.WriteAsync(bytes.Span.Slice(at, Math.Min(step, bytes.Length - at))).ConfigureAwait(false);
            if (fault.ChunkBytes > 0)
                await exchange.FlushAsync().ConfigureAwait(false);
        }
        return !cut || await CutAsync().ConfigureAwait(false);
    }

    /// <summary>Cuts the connection by throwing. For a truncated response, returns false instead, because the HTTP message must end normally.</summary>
    private async Task<bool> CutAsync()
    {
        await exchange.FlushAsync().ConfigureAwait(false);
        return fault.Cut == QwenEmulatorCut.Truncate && !fault.CutInHeaders ? false : throw new HttpCutException(fault.Cut);
    }

    /// <summary>Returns the response that the fault specifies instead of the real response; null to send the real response.</summary>
    public static EmulatedAnswer? Replacement(QwenEmulatorFault fault, ErrorForm envelope, string requestId)
    {
        if (fault.RedirectTo is not null)
        {
            var redirect = new BodyAnswer(fault.Status ?? 307, "text/plain", Encoding.UTF8.GetBytes(fault.Body ?? ""));
            redirect.Headers.Add(new("location", fault.RedirectTo));
            return redirect;
        }
        if (fault.Body is not null)
            return new BodyAnswer(fault.Status ?? 200, "application/json", Encoding.UTF8.GetBytes(fault.Body));
        if (fault.Status is { } status)
            return BodyAnswer.Json(status, ErrorWriter.Of(ErrorWriter.Standard(status, envelope), envelope, requestId));
        return null;
    }
}
