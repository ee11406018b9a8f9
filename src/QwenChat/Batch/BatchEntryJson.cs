using System.Text.Json;
using QwenChat.Cost;
using QwenChat.Export;
using QwenChat.Protocols;
using QwenChat.Protocols.Json;
using QwenChat.Tools;

namespace QwenChat.Batch;

/// <summary>Writes and reads batch entries, each as one line of JSON. A conversation has the same format as in a conversation file.</summary>
internal static class BatchEntryJson
{
    // An item's JSON may have 64 levels, which is .NET's default limit. The entry around the item adds levels.
    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 64 + 8 };

    public static byte[] Write(BatchEntry entry) => JsonBytes.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("id", entry.Id);
        if (entry.Tip is { } tip)
            writer.WriteString("tip", tip);
        if (entry.Store is { } store)
            writer.WriteString("store", store);
        if (entry.Waiting > 0)
            writer.WriteNumber("waiting", entry.Waiting);
        if (entry.Answer is { } answer)
            WriteAnswer(writer, answer);
        writer.WritePropertyName("estimate");
        WriteForecast(writer, entry.Forecast);
        if (entry.Input is { } input)
        {
            writer.WritePropertyName("input");
            writer.WriteRawValue(input, skipInputValidation: true);
        }
        writer.WritePropertyName("conversation");
        ConversationWriter.WriteHead(writer, entry.Conversation.Head);
        writer.WriteStartArray("turns");
        foreach (var turn in entry.Conversation.Turns)
            ConversationWriter.WriteTurn(writer, turn);
        writer.WriteEndArray();
        writer.WritePropertyName("state");
        ConversationWriter.WriteState(writer, entry.Conversation.State);
        writer.WritePropertyName("turn");
        ConversationWriter.WriteTurn(writer, entry.Turn);
        writer.WriteEndObject();
    });

    /// <exception cref="QwenException">The line cannot be read.</exception>
    public static BatchEntry Read(ReadOnlyMemory<byte> line, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(line, s_options);
            var json = new CheckedJson(document.RootElement, what => Broken(path, what));
            var turns = json.Required("turns").Elements().Select((turn, index) => ConversationReader.ReadTurn(turn, index + 1)).ToArray();
            return new BatchEntry(ReadId(json), new ConversationFileContent
            {
                Head = ConversationReader.ReadHead(json.Required("conversation")),
                Turns = turns,
                State = ConversationReader.ReadState(json.Required("state")),
            }, ConversationReader.ReadTurn(json.Required("turn"), turns.Length + 1))
            {
                Tip = json.Member("tip") is { } tip ? Guid.TryParse(tip.Text(), out var id) ? id : throw tip.Refuse("is not a turn id") : null,
                Store = json.Member("store")?.Text(),
                Waiting = json.Member("waiting")?.Int32(0) ?? 0,
                Answer = json.Member("answer") is { } answer ? ReadAnswer(answer) : null,
                Forecast = ReadForecast(json.Required("estimate")),
                Input = json.Member("input")?.Json.GetRawText(),
            };
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or QwenException { Kind: not QwenErrorKind.StoreIncompatible })
        {
            throw Broken(path, broken.Message, broken);
        }
    }

    /// <exception cref="QwenException">The line cannot be read.</exception>
    public static string ReadId(ReadOnlyMemory<byte> line, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(line, s_options);
            return ReadId(new CheckedJson(document.RootElement, what => Broken(path, what)));
        }
        catch (JsonException broken)
        {
            throw Broken(path, broken.Message, broken);
        }
    }

    private static string ReadId(CheckedJson json) => json.Required("id").Text();

    private static void WriteAnswer(Utf8JsonWriter writer, BatchAnswer answer)
    {
        writer.WriteStartObject("answer");
        writer.WriteString("way", answer.Format.Way.ToString());
        writer.WriteString("schema", answer.Format.Schema.Text);
        if (answer.Format.Schema.Wrapper is { } wrapper)
            writer.WriteString("wrapper", wrapper);
        if (answer.TypeName is { } type)
            writer.WriteString("type", type);
        writer.WriteEndObject();
    }

    private static BatchAnswer ReadAnswer(CheckedJson json)
    {
        var schema = AnswerSchema.Restore(json.Required("schema").Text(), json.Member("wrapper")?.Text(), type: null);
        return new BatchAnswer(new AnswerFormat(schema, json.Required("way").Word<AnswerWay>()), json.Member("type")?.Text());
    }

    private static void WriteForecast(Utf8JsonWriter writer, Forecast forecast)
    {
        writer.WriteStartObject();
        writer.WriteNumber("inputTokens", forecast.InputTokens);
        if (forecast.OutputTokens is { } output)
            writer.WriteNumber("outputTokens", output);
        writer.WriteString("model", forecast.Terms.Model);
        if (forecast.Terms.Region is { } region)
            writer.WriteString("region", region.ToString());
        writer.WriteEndObject();
    }

    private static Forecast ReadForecast(CheckedJson json) => new(json.Required("inputTokens").Int64(0), json.Member("outputTokens")?.Int64(0),
        new BillingTerms(json.Required("model").Text(), json.Member("region")?.Word<QwenRegion>(), ExplicitCache: false) { IsBatch = true });

    private static QwenException Broken(string path, string why, Exception? cause = null) =>
        new(QwenErrorKind.StoreIncompatible, $"'{path}' is not a valid batch file: {why.TrimEnd('.')}.", cause);
}
