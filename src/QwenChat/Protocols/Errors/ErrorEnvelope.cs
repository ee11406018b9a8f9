using System.Text.Json;
using QwenChat.Protocols.Json;

namespace QwenChat.Protocols.Errors;

/// <summary>An error from the service, which has five error envelopes (wire §12.1), or from another server.</summary>
internal sealed record ErrorEnvelope
{
    /// <summary>The maximum number of characters of an error message. A nonstandard server may send megabytes.</summary>
    private const int LongestMessage = 8 * 1024;

    /// <summary>The HTTP status, or the status in the event stream; 200 if an error in a stream has no status.</summary>
    public int Status { get; init; }

    public string? Code { get; init; }

    public string? Type { get; init; }

    /// <summary>The code at the start of some messages, as in <c>&lt;400&gt; InternalError.Algo.InvalidParameter: …</c>.</summary>
    public string? InnerCode { get; init; }

    /// <summary>The service's message, without the inner code.</summary>
    public required string Message { get; init; }

    public string? RequestId { get; init; }

    /// <summary>The request parameter that caused the error, if the service names it.</summary>
    public string? Parameter { get; init; }

    /// <summary>
    /// Reads the error in a JSON body; returns null if there is none. The formats are nested (<c>{"error":{…}}</c>), flat
    /// (<c>{"code":…,"message":…}</c>), and those of other servers (<c>{"error":"text"}</c>, <c>{"detail":"text"}</c>).
    /// </summary>
    /// <exception cref="JsonException">The body is not JSON.</exception>
    public static ErrorEnvelope? Read(int status, ReadOnlySpan<byte> json, string? requestIdHeader)
    {
        var fields = default(Fields);
        string? requestId = null, id = null;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartArray)
            reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return null;
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "error"u8))
                fields.ReadError(LenientJson.Raw(ref reader, json));
            else if (LenientJson.Is(ref reader, "request_id"u8))
                requestId = LenientJson.String(ref reader);
            else if (LenientJson.Is(ref reader, "id"u8))
                id = LenientJson.String(ref reader);
            else if (fields.IsNested)
                LenientJson.SkipValue(ref reader);
            else
                fields.ReadField(ref reader, json);
        }
        return fields.IsError || (status >= 400 && fields.HasMessage) ? fields.ToEnvelope(status, requestId ?? WithoutPrefix(id) ?? requestIdHeader) : null;
    }

    /// <summary>Reads an error object that is a member of another object, such as <c>response.error</c>.</summary>
    public static ErrorEnvelope OfObject(int status, ReadOnlySpan<byte> error)
    {
        var fields = default(Fields);
        fields.ReadError(error);
        return fields.ToEnvelope(status, null);
    }

    private static string? WithoutPrefix(string? id) => id is not null && id.StartsWith("chatcmpl-", StringComparison.Ordinal) ? id["chatcmpl-".Length..] : id;

    private struct Fields
    {
        private string? _code, _type, _message, _parameter;

        /// <summary>True once an <c>error</c> object with content has been read. The members next to it are then not part of the error.</summary>
        public bool IsNested { get; private set; }

        public readonly bool HasMessage => _message is not null;

        public readonly bool IsError => IsNested || (_message is not null && (_code ?? _type) is not null);

        public void ReadError(ReadOnlySpan<byte> error)
        {
            var inner = default(Fields);
            if (error[0] == (byte)'"')
                inner._message = LenientJson.Text(error);
            if (error[0] == (byte)'{')
            {
                var reader = new Utf8JsonReader(error);
                reader.Read();
                while (LenientJson.NextProperty(ref reader))
                    inner.ReadField(ref reader, error);
            }
            if (string.IsNullOrEmpty(inner._message ?? inner._code ?? inner._type))
                return;
            this = inner;
            IsNested = true;
        }

        public void ReadField(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
        {
            if (LenientJson.Is(ref reader, "code"u8))
                _code = LenientJson.StringOrJson(ref reader, json) ?? _code;
            else if (LenientJson.Is(ref reader, "message"u8))
                _message = LenientJson.StringOrJson(ref reader, json) ?? _message;
            else if (LenientJson.Is(ref reader, "param"u8))
                _parameter = LenientJson.String(ref reader) ?? _parameter;
            else if (LenientJson.Is(ref reader, "type"u8))
                _type = LenientJson.String(ref reader) ?? _type;
            else if (LenientJson.Is(ref reader, "detail"u8))
            {
                _message ??= LenientJson.StringOrJson(ref reader, json);
                _type ??= "detail";
            }
            else
                LenientJson.SkipValue(ref reader);
        }

        public readonly ErrorEnvelope ToEnvelope(int status, string? requestId)
        {
            string message = _message ?? "";
            string? inner = null;
            if (message.StartsWith('<') && message.IndexOf("> ", StringComparison.Ordinal) is > 0 and var bracket
                && message.IndexOf(": ", bracket, StringComparison.Ordinal) is > 0 and var colon
                && !message.AsSpan(bracket + 2, colon - bracket - 2).Contains(' '))
            {
                inner = message[(bracket + 2)..colon];
                message = message[(colon + 2)..];
            }
            return new ErrorEnvelope
            {
                Status = status,
                Code = string.IsNullOrEmpty(_code) ? null : _code,
                Type = string.IsNullOrEmpty(_type) ? null : _type,
                InnerCode = inner,
                Message = ErrorReader.Cut(message.Trim(), LongestMessage),
                RequestId = requestId,
                Parameter = _parameter,
            };
        }
    }
}
