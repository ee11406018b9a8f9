using System.Text.Json;

namespace QwenChat.Protocols;

/// <summary>The fields of an output item that are told as they come (qwen-api §2.5), as the bytes of their values; empty for those that are not there.</summary>
internal ref struct OutputItemFields
{
    public ReadOnlySpan<byte> Id, Content, Summary, Arguments, Action;
    public string? CallId, Name;
    public StreamedItemKind Kind;

    /// <summary>Reads an item from its JSON object.</summary>
    public static OutputItemFields Read(ReadOnlySpan<byte> json)
    {
        var fields = default(OutputItemFields);
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "id"u8))
                fields.Id = LenientJson.Raw(ref reader, json);
            else if (LenientJson.Is(ref reader, "type"u8))
                fields.Kind = KindOf(LenientJson.String(ref reader));
            else if (LenientJson.Is(ref reader, "content"u8))
                fields.Content = LenientJson.Raw(ref reader, json);
            else if (LenientJson.Is(ref reader, "summary"u8))
                fields.Summary = LenientJson.Raw(ref reader, json);
            else if (LenientJson.Is(ref reader, "call_id"u8))
                fields.CallId = LenientJson.String(ref reader);
            else if (LenientJson.Is(ref reader, "name"u8))
                fields.Name = LenientJson.String(ref reader);
            else if (LenientJson.Is(ref reader, "arguments"u8) || LenientJson.Is(ref reader, "input"u8))
                fields.Arguments = LenientJson.Raw(ref reader, json);
            else if (LenientJson.Is(ref reader, "action"u8))
                fields.Action = LenientJson.Raw(ref reader, json);
            else
                LenientJson.SkipValue(ref reader);
        }
        return fields;
    }

    /// <summary>The texts of an array of parts, in order; null for a part without text.</summary>
    public static List<string?> Texts(ReadOnlySpan<byte> parts)
    {
        var texts = new List<string?>();
        if (parts.IsEmpty || parts[0] != (byte)'[')
            return texts;
        var reader = new Utf8JsonReader(parts);
        reader.Read();
        while (LenientJson.NextObject(ref reader))
        {
            string? text = null;
            while (LenientJson.NextProperty(ref reader))
            {
                if (LenientJson.Is(ref reader, "text"u8) || LenientJson.Is(ref reader, "refusal"u8))
                    text = LenientJson.String(ref reader) ?? text;
                else
                    LenientJson.SkipValue(ref reader);
            }
            texts.Add(text);
        }
        return texts;
    }

    /// <summary>The pages that a search read, from its <c>action</c>.</summary>
    public static List<QwenSearchResult> Sources(ReadOnlySpan<byte> action)
    {
        var sources = new List<QwenSearchResult>();
        if (action.IsEmpty || action[0] != (byte)'{')
            return sources;
        var reader = new Utf8JsonReader(action);
        reader.Read();
        while (LenientJson.NextProperty(ref reader))
        {
            if (!LenientJson.Is(ref reader, "sources"u8))
                LenientJson.SkipValue(ref reader);
            else if (LenientJson.EnterArray(ref reader))
                SearchResultReader.Read(ref reader, sources);
        }
        return sources;
    }

    private static StreamedItemKind KindOf(string? type) => type switch
    {
        null or "message" => StreamedItemKind.Message,
        "reasoning" => StreamedItemKind.Reasoning,
        "function_call" or "custom_tool_call" => StreamedItemKind.Call,
        _ => StreamedItemKind.Other,
    };
}
