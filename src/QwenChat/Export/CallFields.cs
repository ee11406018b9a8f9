using System.Globalization;
using System.Text.Json;
using QwenChat.Cost;
using QwenChat.Protocols.Json;

namespace QwenChat.Export;

/// <summary>Writes and reads calls outside turns (summaries and embeddings) in a conversation file.</summary>
internal static class CallFields
{
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<CallLine> calls)
    {
        if (calls.Count == 0)
            return;
        writer.WriteStartArray("calls");
        foreach (var call in calls)
        {
            writer.WriteStartObject();
            writer.WriteString("purpose", call.Purpose);
            writer.WriteString("model", call.Model);
            writer.WriteNumber("calls", call.Calls);
            if (call.Usage is { } usage)
            {
                writer.WritePropertyName("usage");
                ConversationWriter.WriteUsage(writer, usage);
            }
            if (call.Cost is { } cost)
                writer.WriteNumber("cost", cost);
            if (call.Currency is { } currency)
                writer.WriteString("currency", currency);
            if (call.PricesAsOf is { } day)
                writer.WriteString("pricesAsOf", day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    public static IReadOnlyList<CallLine> Read(CheckedJson state) => state.Member("calls")?.Elements().Select(value =>
        new CallLine(value.Required("purpose").Text(), value.Required("model").Text(), value.Required("calls").Int32(0))
        {
            Usage = value.Member("usage") is { } usage ? ConversationReader.ReadUsage(usage) : null,
            Cost = value.Member("cost")?.Amount(),
            Currency = value.Member("currency")?.Text(),
            PricesAsOf = value.Member("pricesAsOf") is { } day && DateOnly.TryParseExact(day.Text(), "yyyy-MM-dd", out var read) ? read : null,
        }).ToArray() ?? [];
}
