using System.Text;
using System.Text.Json;
using QwenChat.Protocols.Json;

namespace QwenChat.Protocols.Responses;

/// <summary>
/// The fields that are read from an output item (wire §2.5). Each span contains the bytes of a value, or is empty if the item does not contain the field.
/// </summary>
internal ref struct OutputItemFields
{
    public ReadOnlySpan<byte> Id, Content, Summary, Arguments, Action;
    public string? CallId, Name, Type;
    public StreamedItemKind Kind;

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
                fields.Type = LenientJson.String(ref reader);
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
        fields.Kind = KindOf(fields.Type);
        return fields;
    }

    /// <summary>Returns the text of a message, the thinking, or the arguments of a call.</summary>
    /// <param name="inSummary">Whether the thinking was reported in the summary instead of the content; null to use whichever is not empty.</param>
    public readonly string Text(bool? inSummary) => Kind switch
    {
        StreamedItemKind.Message => Texts(Content),
        StreamedItemKind.Reasoning when inSummary == false => Texts(Content) is { Length: > 0 } content ? content : Texts(Summary),
        StreamedItemKind.Reasoning => Texts(Summary) is { Length: > 0 } summary ? summary : Texts(Content),
        StreamedItemKind.Call => LenientJson.Text(Arguments)
            ?? (Arguments.IsEmpty || Arguments[0] is not ((byte)'{' or (byte)'[') ? "" : Encoding.UTF8.GetString(Arguments)),
        _ => "",
    };

    /// <summary>Returns the address of the item. <paramref name="text"/> is the complete text of the item; empty if the event does not contain it.</summary>
    public readonly ItemAddress At(long? index, string text) =>
        new() { Kind = Kind, Type = Kind == StreamedItemKind.Other ? Type : null, Id = Id, Index = index, Text = text, CallId = CallId, Name = Name };

    /// <summary>Returns the joined text of the parts. Some servers send a string instead of an array.</summary>
    private static string Texts(ReadOnlySpan<byte> parts)
    {
        if (parts.IsEmpty || parts[0] != (byte)'[')
            return LenientJson.Text(parts) ?? "";
        string? only = null;
        StringBuilder? many = null;
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
            if (only is null)
                only = text;
            else
                (many ??= new StringBuilder(only)).Append(text);
        }
        return many?.ToString() ?? only ?? "";
    }

    public static bool HasParts(ReadOnlySpan<byte> json)
    {
        var content = Read(json).Content;
        return content.Length > 2 && content[0] == (byte)'[' && content.Contains((byte)'{');
    }

    /// <summary>Returns the pages of a search, from its <c>action</c>.</summary>
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
