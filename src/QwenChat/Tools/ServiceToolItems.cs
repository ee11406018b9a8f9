using System.Text.Json;

namespace QwenChat.Tools;

/// <summary>
/// Reads the items with the results of the service's own tools (wire §16). A value of an unexpected type is treated as missing; the
/// item itself is kept unchanged.
/// </summary>
internal static class ServiceToolItems
{
    /// <summary>The types of the items that accompany a message in the native protocol: pages found by its search, and calls of its other tools.</summary>
    public const string SearchInfo = "search_info", ToolInfo = "tool_info";

    private const string CallSuffix = "_call";

    /// <summary>Whether items of this type are calls that ran on the service.</summary>
    public static bool IsCall(string type) =>
        type is SearchInfo or ToolInfo || (type.EndsWith(CallSuffix, StringComparison.Ordinal) && type is not ("function_call" or "custom_tool_call"));

    /// <summary>
    /// Whether the service sends items of this type but is not documented to accept them (wire §2). These items stay in the transcript, and are not sent.
    /// </summary>
    public static bool IsOutputOnly(string type) => type is "web_extractor_call" or "code_interpreter_call" or "web_search_image_call" or "image_search_call"
        or "file_search_call" or "mcp_call";

    /// <summary>Returns the calls in an item; empty if the item is not a call.</summary>
    public static IEnumerable<QwenServiceToolCall> Read(QwenItem item)
    {
        if (!IsCall(item.Type))
            return [];
        using var document = JsonDocument.Parse(item.Json);
        var root = document.RootElement;
        return item.Type switch
        {
            SearchInfo => [OfSearchInfo(Member(root, SearchInfo))],
            ToolInfo => Elements(Member(root, ToolInfo)).Select(OfToolInfo).ToArray(),
            _ => [OfItem(item, root)],
        };
    }

    private static QwenServiceToolCall OfItem(QwenItem item, JsonElement root)
    {
        var call = new QwenServiceToolCall
        {
            Kind = KindOf(item.Type[..^CallSuffix.Length]),
            Id = item.Id,
            Status = item.Status,
            Error = TextOrJson(Member(root, "error")),
        };
        var action = Member(root, "action");
        switch (item.Type)
        {
            case "web_search_call":
                return call with { Query = Query(action), Sources = Sources(Member(action, "sources")) };
            case "web_extractor_call":
                return call with { Query = Text(Member(root, "goal")), Output = TextOrJson(Member(root, "output")), Sources = Addresses(Member(root, "urls")) };
            case "code_interpreter_call":
                var outputs = Elements(Member(root, "outputs"));
                return call with
                {
                    Code = Text(Member(root, "code")),
                    Output = Join(outputs.Select(output => Text(Member(output, "logs")))),
                    Images = outputs.Where(output => Text(Member(output, "url")) is not null).Select(Image).ToArray(),
                };
            case "file_search_call":
                return call with { Query = Query(root), Files = Elements(Member(root, "results")).Select(File).ToArray() };
            case "web_search_image_call" or "image_search_call":
                return WithImages(call with { Arguments = TextOrJson(Member(root, "arguments")) }, Member(root, "output"));
            default:
                return call with
                {
                    Server = Text(Member(root, "server_label")),
                    Name = Text(Member(root, "name")),
                    Arguments = TextOrJson(Member(root, "arguments")),
                    Output = TextOrJson(Member(root, "output")),
                };
        }
    }

    private static QwenServiceToolCall OfSearchInfo(JsonElement info) =>
        new() { Kind = nameof(QwenBuiltInTool.WebSearch), Sources = Sources(Member(info, "search_results")) };

    /// <summary>Reads a call of the native protocol: <c>{"type":"code_interpreter","code_interpreter":{"code":"…"}}</c>.</summary>
    private static QwenServiceToolCall OfToolInfo(JsonElement entry)
    {
        string type = Text(Member(entry, "type")) ?? "";
        var own = Member(entry, type);
        return new QwenServiceToolCall
        {
            Kind = KindOf(type),
            Code = Text(Member(own, "code")),
            Query = Query(own),
            Output = TextOrJson(Member(own, "output")) ?? TextOrJson(Member(own, "result")),
        };
    }

    private static string KindOf(string type) => type switch
    {
        "web_search" or "search" => nameof(QwenBuiltInTool.WebSearch),
        "web_extractor" => nameof(QwenBuiltInTool.WebExtractor),
        "code_interpreter" => nameof(QwenBuiltInTool.CodeInterpreter),
        "web_search_image" or "image_search" => nameof(QwenBuiltInTool.ImageSearch),
        "file_search" => nameof(QwenBuiltInTool.FileSearch),
        "mcp" => "Mcp",
        _ => type,
    };

    /// <summary>Returns the call with the images from its output, which is JSON in a string.</summary>
    private static QwenServiceToolCall WithImages(QwenServiceToolCall call, JsonElement output)
    {
        string? query = Parse(call.Arguments) is { } arguments ? Query(arguments) : null;
        string? text = TextOrJson(output);
        var images = Parse(text) is { } found ? Elements(found).Where(one => one.ValueKind == JsonValueKind.Object).Select(Image).ToArray() : [];
        return call with { Query = query, Images = images, Output = images.Length > 0 ? null : text };
    }

    private static string? Query(JsonElement value) =>
        Text(Member(value, "query")) ?? Join(Elements(Member(value, "queries")).Select(Text), "; ");

    private static QwenSearchResult[] Sources(JsonElement sources) => Elements(sources).Where(source => source.ValueKind == JsonValueKind.Object)
        .Select(source => new QwenSearchResult(Index(source), Text(Member(source, "title")), Text(Member(source, "url")), Text(Member(source, "site_name"))))
        .ToArray();

    private static QwenSearchResult[] Addresses(JsonElement urls) =>
        Elements(urls).Select(Text).OfType<string>().Select(url => new QwenSearchResult(null, null, url, null)).ToArray();

    private static QwenFoundFile File(JsonElement result) => new(Text(Member(result, "file_id")), Text(Member(result, "filename")),
        Member(result, "score") is { ValueKind: JsonValueKind.Number } score && score.TryGetDouble(out double near) && double.IsFinite(near) ? near : null,
        Text(Member(result, "text")));

    private static QwenFoundImage Image(JsonElement image) => new(Index(image), Text(Member(image, "title")), Text(Member(image, "url")));

    private static int? Index(JsonElement value) =>
        Member(value, "index") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out int index) ? index : null;

    private static JsonElement Member(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var member) ? member : default;

    private static JsonElement[] Elements(JsonElement value) => value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [];

    // A string with unpaired surrogates cannot be read, although JSON allows them.
    private static string? Text(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string? TextOrJson(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => null,
        JsonValueKind.String => Text(value),
        _ => value.GetRawText(),
    };

    private static string? Join(IEnumerable<string?> texts, string between = "") =>
        texts.OfType<string>().ToArray() is { Length: > 0 } all ? string.Join(between, all) : null;

    private static JsonElement? Parse(string? json)
    {
        if (json is null)
            return null;
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
