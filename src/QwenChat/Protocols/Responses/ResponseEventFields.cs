using System.Text.Json;
using QwenChat.Protocols.Json;

namespace QwenChat.Protocols.Responses;

/// <summary>
/// The fields that are read from a Responses event. Each span contains the bytes of a value, or is empty if the event does not contain the field.
/// </summary>
internal ref struct ResponseEventFields
{
    public ReadOnlySpan<byte> Type, Delta, Text, Refusal, Arguments, Input, ItemId, Item, Name, ContentPart, Response, Output, Error;
    public long Part;
    public long? OutputIndex;
    public QwenUsage? Usage;

    /// <exception cref="JsonException">The event is not a JSON object.</exception>
    public static ResponseEventFields Read(ReadOnlySpan<byte> json)
    {
        var fields = default(ResponseEventFields);
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("The value is not an object.");
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "type"u8))
                fields.Type = LenientJson.Raw(ref reader, json).Trim((byte)'"');
            else if (LenientJson.Is(ref reader, "delta"u8))
                fields.Delta = LenientJson.Raw(ref reader, json);
            else if (LenientJson.Is(ref reader, "item_id"u8))
                fields.ItemId = LenientJson.Raw(ref reader, json);
            else if (LenientJson.Is(ref reader, "content_index"u8) || LenientJson.Is(ref reader, "summary_index"u8))
                fields.Part = LenientJson.Int64(ref reader) ?? 0;
            else if (LenientJson.Is(ref reader, "output_index"u8))
                fields.OutputIndex = LenientJson.Int64(ref reader);
            else if (LenientJson.Is(ref reader, "part"u8))
                fields.ContentPart = LenientJson.Raw(ref reader, json);
            else if (LenientJson.Is(ref reader, "text"u8))
                fields.Text = LenientJson.Raw(ref reader, json);
            else if (LenientJson.Is(ref reader, "refusal"u8))
                fields.Refusal = LenientJson.Raw(ref reader, json);
            else if (LenientJson.Is(ref reader, "arguments"u8))
                fields.Arguments = LenientJson.Raw(ref reader, json);
            else if (LenientJson.Is(ref reader, "input"u8))
                fields.Input = LenientJson.Raw(ref reader, json);
            else if (LenientJson.Is(ref reader, "name"u8))
                fields.Name = LenientJson.Raw(ref reader, json);
            else if (LenientJson.Is(ref reader, "usage"u8))
                fields.Usage = UsageReader.Read(ref reader);
            else if (LenientJson.Is(ref reader, "item"u8))
                fields.Item = LenientJson.Raw(ref reader, json);
            else if (LenientJson.Is(ref reader, "response"u8))
                fields.Response = LenientJson.Raw(ref reader, json);
            else if (LenientJson.Is(ref reader, "output"u8))
                fields.Output = LenientJson.Raw(ref reader, json);
            else if (LenientJson.Is(ref reader, "error"u8))
                fields.Error = LenientJson.Raw(ref reader, json);
            else
                LenientJson.SkipValue(ref reader);
        }
        return fields;
    }
}
