using System.Text.Json;
using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Protocols.Json;

namespace QwenChat.Export;

/// <summary>Writes the objects of a conversation file (docs/file-format.md). Null values are omitted.</summary>
internal static class ConversationWriter
{
    public static void WriteHead(Utf8JsonWriter writer, ConversationFileHead head)
    {
        writer.WriteStartObject();
        writer.WriteString("id", head.Id);
        WriteText(writer, "name", head.Settings.Name);
        writer.WriteString("api", head.Api.ToString());
        writer.WriteString("createdAt", head.CreatedAt);
        SettingsJson.Write(writer, head.Settings);
        writer.WriteEndObject();
    }

    public static void WriteTurn(Utf8JsonWriter writer, QwenTurn turn)
    {
        writer.WriteStartObject();
        writer.WriteNumber("number", turn.Number);
        writer.WriteString("createdAt", turn.CreatedAt);
        writer.WriteString("state", turn.State.ToString());
        WriteText(writer, "model", turn.Model);
        WriteText(writer, "responseId", turn.ResponseId);
        // The message, the thinking and the text are for people and other tools. An import reads only the items.
        writer.WriteString("message", turn.Message);
        if (turn.Thinking is { Length: > 0 } thinking)
            writer.WriteString("thinking", thinking);
        writer.WriteString("text", turn.Text);
        if (turn.Usage is { } usage)
        {
            writer.WritePropertyName("usage");
            WriteUsage(writer, usage);
        }
        if (turn.EstimatedUsage is { } estimated)
        {
            writer.WritePropertyName("estimatedUsage");
            WriteUsage(writer, estimated);
        }
        if (turn.Requests.Count > 0)
        {
            writer.WriteStartArray("requests");
            foreach (var request in turn.Requests)
                WriteUsage(writer, request);
            writer.WriteEndArray();
        }
        if (turn.Terms is { } terms)
        {
            writer.WriteStartObject("billing");
            writer.WriteString("model", terms.Model);
            WriteText(writer, "region", terms.Region?.ToString());
            if (terms.ExplicitCache)
                writer.WriteBoolean("explicitCache", true);
            if (terms.IsBatch)
                writer.WriteBoolean("batch", true);
            writer.WriteEndObject();
        }
        if (turn.Server is { } server)
        {
            writer.WriteStartObject("server");
            writer.WriteString("responseId", server.ResponseId);
            writer.WriteString("address", server.Address);
            writer.WriteString("expiresAt", server.ExpiresAt);
            if (server.First > 0)
                writer.WriteNumber("first", server.First);
            writer.WriteEndObject();
        }
        ContextFields.WriteSent(writer, turn.Sent);
        writer.WriteNumber("inputCount", turn.InputCount);
        writer.WritePropertyName("items");
        WriteItems(writer, turn.Items);
        writer.WriteEndObject();
    }

    public static void WriteState(Utf8JsonWriter writer, ConversationState state)
    {
        writer.WriteStartObject();
        if (state.Usage is { } usage)
        {
            writer.WritePropertyName("usage");
            WriteUsage(writer, usage);
        }
        if (state.Counted is { } counted)
            WriteCounted(writer, counted);
        CallFields.Write(writer, state.Calls);
        if (state.Pending.Count > 0)
        {
            writer.WritePropertyName("pending");
            WriteItems(writer, state.Pending);
        }
        if (state.PrefixBroken)
            writer.WriteBoolean("prefixBroken", true);
        ContextFields.WriteSummaries(writer, state.Summaries);
        writer.WriteEndObject();
    }

    /// <summary>Returns the bytes of one object, without a line break.</summary>
    public static byte[] Line<T>(Action<Utf8JsonWriter, T> write, T value) => JsonBytes.Write(writer => write(writer, value));

    private static void WriteItems(Utf8JsonWriter writer, IReadOnlyList<QwenItem> items)
    {
        writer.WriteStartArray();
        foreach (var item in items)
        {
            writer.WriteStartObject();
            WriteText(writer, "id", item.Id);
            writer.WriteString("type", item.Type);
            WriteText(writer, "role", item.Role);
            WriteText(writer, "status", item.Status);
            WriteTime(writer, "createdAt", item.CreatedAt);
            WriteTime(writer, "expiresAt", item.ExpiresAt);
            writer.WritePropertyName("json");
            // The bytes stay unchanged, so that they match the service's context cache (wire §9).
            writer.WriteRawValue(item.Json.Span, skipInputValidation: true);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteCounted(Utf8JsonWriter writer, LimitCount counted)
    {
        writer.WriteStartObject("counted");
        writer.WriteNumber("tokens", counted.Tokens);
        writer.WriteStartObject("costs");
        foreach (var (currency, amount) in counted.Costs)
            writer.WriteNumber(currency, amount);
        writer.WriteEndObject();
        if (counted.HasUnpriced)
            writer.WriteBoolean("hasUnpriced", true);
        writer.WriteEndObject();
    }

    internal static void WriteUsage(Utf8JsonWriter writer, QwenUsage usage)
    {
        writer.WriteStartObject();
        WriteNumber(writer, "inputTokens", usage.InputTokens);
        WriteNumber(writer, "outputTokens", usage.OutputTokens);
        WriteNumber(writer, "totalTokens", usage.TotalTokens);
        WriteNumber(writer, "cachedTokens", usage.CachedTokens);
        WriteNumber(writer, "reasoningTokens", usage.ReasoningTokens);
        WriteNumber(writer, "cacheCreationTokens", usage.CacheCreationTokens);
        if (usage.Tools is { } tools)
        {
            writer.WriteStartObject("tools");
            foreach (var count in OptionField.Of(typeof(QwenToolUsage)))
                WriteNumber(writer, count.Name, (long?)count.Get(tools));
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }

    private static void WriteTime(Utf8JsonWriter writer, string name, DateTimeOffset? value)
    {
        if (value is { } time)
            writer.WriteString(name, time);
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, long? value)
    {
        if (value is { } number)
            writer.WriteNumber(name, number);
    }
}
