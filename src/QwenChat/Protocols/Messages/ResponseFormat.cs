using System.Text.Json;
using QwenChat.Tools;

namespace QwenChat.Protocols.Messages;

/// <summary>Writes <c>response_format</c>, which has the same format in Chat Completions and the native protocol (wire §15).</summary>
internal static class ResponseFormat
{
    public static void Write(Utf8JsonWriter writer, AnswerFormat? format)
    {
        if (format is null)
            return;
        writer.WriteStartObject("response_format");
        if (format.Way == AnswerWay.JsonObject)
        {
            writer.WriteString("type", "json_object");
        }
        else
        {
            writer.WriteString("type", "json_schema");
            writer.WriteStartObject("json_schema");
            writer.WriteString("name", AnswerSchema.Name);
            writer.WriteBoolean("strict", true);
            writer.WritePropertyName("schema");
            writer.WriteRawValue(format.Schema.Text);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }
}
