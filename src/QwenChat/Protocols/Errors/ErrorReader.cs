using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using QwenChat.Protocols.Events;

namespace QwenChat.Protocols.Errors;

/// <summary>Creates the exception for an error from the service, with the service's message. A higher layer adds advice.</summary>
internal static partial class ErrorReader
{
    private const int ExcerptLength = 200;

    /// <summary>The maximum number of bytes at the start of a body that are read for an excerpt.</summary>
    private const int ExcerptBytes = 16 * 1024;

    /// <summary>
    /// Reads the error from the body of a failed or unreadable response (wire §12.1). A request id in the body takes precedence over the header.
    /// </summary>
    public static QwenException Read(int status, ReadOnlySpan<byte> body, string? requestIdHeader)
    {
        body = WithoutMark(body);
        try
        {
            if (!body.IsEmpty && body[0] is (byte)'{' or (byte)'[')
            {
                if (ErrorEnvelope.Read(status, body, requestIdHeader) is { } envelope)
                    return ToException(envelope);
            }
            else if (ReadEventBody(status, body, requestIdHeader) is { } envelope)
            {
                return ToException(envelope);
            }
        }
        catch (JsonException)
        {
            // The body is not valid JSON after all. The error below contains an excerpt of it.
        }
        return Unreadable(status, body, requestIdHeader);
    }

    /// <summary>Reads an error from the JSON of a response with a success status; returns null if the JSON reports no error.</summary>
    /// <exception cref="JsonException">The body is not JSON.</exception>
    public static QwenException? Find(int? status, ReadOnlySpan<byte> json) =>
        ErrorEnvelope.Read(status ?? 200, json, null) is { } envelope ? ToException(envelope) : null;

    /// <summary>Reads an error object, such as <c>response.error</c>. If the object has no message, the fallback message is used.</summary>
    public static QwenException OfObject(int? status, ReadOnlySpan<byte> error, string fallback)
    {
        var envelope = ErrorEnvelope.OfObject(status ?? 200, error);
        return ToException(envelope.Message.Length == 0 ? envelope with { Message = fallback } : envelope);
    }

    /// <summary>Reads the error from an event whose type or status marks it as an error, regardless of its data.</summary>
    public static QwenException OfEvent(in ServerSentEvent serverEvent) => Read(serverEvent.Status ?? 200, serverEvent.Data.Span, null);

    public static QwenException Empty() =>
        new(QwenErrorKind.StreamBroken, "The response ended without content and without a finish reason.") { Retryable = true, Retry = RetryAdvice.Soon };

    /// <summary>Reads an event that follows a complete response. Returns the error that the event reports; null if it reports none.</summary>
    public static QwenException? FindBehind(in ServerSentEvent serverEvent)
    {
        if (serverEvent.Type.Span.SequenceEqual("error"u8) || serverEvent.Status >= 400)
            return OfEvent(serverEvent);
        var data = serverEvent.Data.Span;
        try
        {
            return data.IsEmpty || data[0] != (byte)'{' ? null : Find(serverEvent.Status, data);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Returns the exception for a response or an event that is not JSON, or is not a valid response.</summary>
    public static QwenException Malformed(string what, ReadOnlySpan<byte> data, JsonException? cause = null)
    {
        string excerpt = Excerpt(data);
        return new QwenException(QwenErrorKind.ProtocolError, $"The service sent {what}" + (excerpt.Length == 0 ? ": it is empty." : $": {excerpt}"), cause);
    }

    /// <summary>Reads the maximum number of input tokens from a context overflow error (<c>Range of input length should be [1, N]</c>, wire §12.3).</summary>
    public static bool TryReadInputLimit(QwenException error, out int limit)
    {
        limit = 0;
        int at = error.Message.IndexOf(ServiceErrors.InputLimitText, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return false;
        var rest = error.Message.AsSpan(at + ServiceErrors.InputLimitText.Length);
        int end = rest.IndexOf(']');
        return end > 0 && int.TryParse(rest[..end].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out limit);
    }

    /// <summary>Whether the error reports that the model requires streaming (wire §12.3).</summary>
    public static bool DemandsStreaming(QwenException error) => error.Status == 400 &&
        (error.Message.Contains("only support stream", StringComparison.OrdinalIgnoreCase)
        || error.Message.Contains("for non-streaming calls", StringComparison.OrdinalIgnoreCase)
        || error.Message.Contains("only support with stream", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether the error reports that the service could not download media from a URL (wire §12.3).</summary>
    public static bool LacksMedia(QwenException error) =>
        error.Status == 400 && error.Message.Contains("Failed to download multimodal content", StringComparison.OrdinalIgnoreCase);

    /// <summary>Returns the model's maximum number of thinking tokens; null if the error does not report it (wire §7).</summary>
    public static int? LargestThinkingBudget(QwenException error)
    {
        const string Said = "thinking_budget parameter must be a positive integer and not greater than ";
        int at = error.Status == 400 ? error.Message.IndexOf(Said, StringComparison.OrdinalIgnoreCase) : -1;
        if (at < 0)
            return null;
        var rest = error.Message.AsSpan(at + Said.Length);
        int digits = rest.IndexOfAnyExceptInRange('0', '9');
        return int.TryParse(digits < 0 ? rest : rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out int most) && most > 0 ? most : null;
    }

    /// <summary>Whether the error reports that the model requires the other endpoint of the native API (wire §5.1).</summary>
    public static bool IsWrongEndpoint(QwenException error) =>
        error.Status == 400 && error.Message.StartsWith("url error, please check url", StringComparison.OrdinalIgnoreCase);

    /// <summary>Returns the bytes without a leading byte order mark or white space.</summary>
    internal static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> body)
    {
        if (body.StartsWith("\uFEFF"u8))
            body = body[3..];
        return body.TrimStart(" \t\r\n"u8);
    }

    /// <summary>
    /// Reads an error body that is an event stream (wire §12.1, 4): the last event of type <c>error</c> or, if there is none, the first event that
    /// contains an error.
    /// </summary>
    private static ErrorEnvelope? ReadEventBody(int status, ReadOnlySpan<byte> body, string? requestIdHeader)
    {
        if (body.IsEmpty || body[0] == (byte)'<')
            return null;
        using var parser = new EventParser(int.MaxValue);
        parser.Append(body);
        parser.Complete();
        ErrorEnvelope? found = null;
        while (parser.TryRead(out var serverEvent))
        {
            bool isError = serverEvent.Type.Span.SequenceEqual("error"u8);
            var data = WithoutMark(serverEvent.Data.Span);
            if (data.IsEmpty || data[0] != (byte)'{' || (found is not null && !isError))
                continue;
            found = ErrorEnvelope.Read(serverEvent.Status ?? status, data, requestIdHeader) ?? found;
        }
        return found;
    }

    private static QwenException ToException(ErrorEnvelope error)
    {
        var (kind, retry) = ServiceErrors.Find(error);
        string message = error.Message.Length > 0 ? error.Message
            : $"The service reported an error{(error.Code is null ? "" : $" ({error.Code})")} with status {error.Status} and no message.";
        return new QwenException(kind, message)
        {
            Status = error.Status,
            Code = error.Code,
            RequestId = error.RequestId,
            Retry = retry,
            Retryable = retry != RetryAdvice.Never,
        };
    }

    private static QwenException Unreadable(int status, ReadOnlySpan<byte> body, string? requestId)
    {
        string excerpt = Excerpt(body);
        string message = $"The service responded with status {status}, and the body cannot be read" + (excerpt.Length == 0 ? ": it is empty." : $": {excerpt}");
        var (kind, retry) = status is >= 200 and < 400
            ? (QwenErrorKind.ProtocolError, RetryAdvice.Never)
            : ServiceErrors.Find(new ErrorEnvelope { Status = status, Message = "" });
        return new QwenException(kind, message) { Status = status, RequestId = requestId, Retry = retry, Retryable = retry != RetryAdvice.Never };
    }

    /// <summary>Returns the beginning of the body's visible text, without tags, control characters or repeated white space.</summary>
    private static string Excerpt(ReadOnlySpan<byte> body)
    {
        string text = Encoding.UTF8.GetString(body[..Math.Min(body.Length, ExcerptBytes)]) + (body.Length > ExcerptBytes ? "…" : "");
        if (text.StartsWith('<'))
            text = HtmlText.Of(text);
        return Cut(Invisible().Replace(text, " ").Trim(), ExcerptLength);
    }

    /// <summary>Truncates text that is too long. Truncated text ends with an ellipsis.</summary>
    internal static string Cut(string text, int length)
    {
        if (text.Length <= length)
            return text;
        int end = char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1;
        return text[..end] + "…";
    }

    [GeneratedRegex("[\\s\\p{Cc}\\p{Cf}]+")]
    private static partial Regex Invisible();
}
