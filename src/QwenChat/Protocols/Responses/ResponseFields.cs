using System.Text.Json;
using QwenChat.Protocols.Json;

namespace QwenChat.Protocols.Responses;

/// <summary>The fields that are read from a response object (wire §2.4).</summary>
internal ref struct ResponseFields
{
    public string? Id, Model, Status, IncompleteReason, OutputText, PreviousId, RequestId;
    public DateTimeOffset? CreatedAt;
    public QwenUsage? Usage;
    public ReadOnlySpan<byte> Output, Error;

    /// <exception cref="JsonException">The response is not a JSON object.</exception>
    public static ResponseFields Read(ReadOnlySpan<byte> json)
    {
        var fields = default(ResponseFields);
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("The value is not an object.");
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "id"u8))
                fields.Id = LenientJson.String(ref reader);
            else if (LenientJson.Is(ref reader, "model"u8))
                fields.Model = LenientJson.String(ref reader);
            else if (LenientJson.Is(ref reader, "status"u8))
                fields.Status = LenientJson.String(ref reader);
            else if (LenientJson.Is(ref reader, "created_at"u8))
                fields.CreatedAt = LenientJson.Time(ref reader);
            else if (LenientJson.Is(ref reader, "usage"u8))
                fields.Usage = UsageReader.Read(ref reader) ?? fields.Usage;
            else if (LenientJson.Is(ref reader, "request_id"u8))
                fields.RequestId = LenientJson.String(ref reader) ?? fields.RequestId;
            else if (LenientJson.StartsWith(ref reader, "x_"u8))
                fields.ReadExtension(ref reader);
            else if (LenientJson.Is(ref reader, "output"u8))
                fields.Output = LenientJson.Raw(ref reader, json);
            else if (LenientJson.Is(ref reader, "previous_response_id"u8))
                fields.PreviousId = LenientJson.String(ref reader) ?? "";
            else if (LenientJson.Is(ref reader, "output_text"u8))
                fields.OutputText = LenientJson.String(ref reader);
            else if (LenientJson.Is(ref reader, "error"u8))
                fields.Error = LenientJson.Raw(ref reader, json);
            else if (!LenientJson.Is(ref reader, "incomplete_details"u8))
                LenientJson.SkipValue(ref reader);
            else if (LenientJson.EnterObject(ref reader))
                fields.IncompleteReason = ReadReason(ref reader);
        }
        return fields;
    }

    /// <summary>Reads a server's own field, such as <c>x_groq</c>, which may contain the token counts and the request id.</summary>
    private void ReadExtension(ref Utf8JsonReader reader)
    {
        if (!LenientJson.EnterObject(ref reader))
            return;
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "usage"u8))
                Usage ??= UsageReader.Read(ref reader);
            else if (LenientJson.Is(ref reader, "id"u8))
                RequestId ??= LenientJson.String(ref reader);
            else
                LenientJson.SkipValue(ref reader);
        }
    }

    private static string? ReadReason(ref Utf8JsonReader reader)
    {
        string? reason = null;
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "reason"u8))
                reason = LenientJson.String(ref reader);
            else
                LenientJson.SkipValue(ref reader);
        }
        return reason;
    }
}
