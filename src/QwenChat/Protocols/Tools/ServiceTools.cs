using System.Text.Json;

namespace QwenChat.Protocols.Tools;

/// <summary>Determines the service tools of a request, and writes them for each API (wire §16).</summary>
internal static class ServiceTools
{
    private const string Mcp = "mcp", SearchOptions = "search_options";

    /// <summary>The fields that turn on service tools in Chat Completions and the native API.</summary>
    public static readonly string[] SwitchNames = ["enable_search", "enable_code_interpreter"];

    private static readonly QwenBuiltInTool[] s_all = [.. Enum.GetValues<QwenBuiltInTool>().Skip(1)];

    /// <summary>Returns the tools in the options. <c>Search</c> turns web search on or off, and a knowledge base implies the tool that searches it.</summary>
    public static QwenBuiltInTool Of(QwenOptions options)
    {
        var tools = options.BuiltInTool ?? QwenBuiltInTool.None;
        if (!string.IsNullOrEmpty(options.KnowledgeBase) && options.BuiltInTool != QwenBuiltInTool.None)
            tools |= QwenBuiltInTool.FileSearch;
        return options.Search switch
        {
            true => tools | QwenBuiltInTool.WebSearch,
            false => tools & ~QwenBuiltInTool.WebSearch,
            null => tools,
        };
    }

    public static IEnumerable<QwenBuiltInTool> Each(QwenBuiltInTool tools) => s_all.Where(tool => tools.HasFlag(tool));

    public static IReadOnlyList<QwenRemoteMcpServer> ServersOf(QwenOptions options) => options.RemoteMcpServer ?? [];

    /// <summary>Whether the options contain tools or MCP servers that run on the service.</summary>
    public static bool Any(QwenOptions options) => Of(options) != QwenBuiltInTool.None || ServersOf(options).Count > 0;

    /// <summary>Whether the answer must be streamed in Chat Completions and the native API (wire §16).</summary>
    public static bool MustStream(QwenOptions options) => (Of(options) & (QwenBuiltInTool.CodeInterpreter | QwenBuiltInTool.WebExtractor)) != 0;

    /// <summary>Writes the service tools as elements of the flat <c>tools</c> array, except the tools that <c>-ExtraBody</c> already contains.</summary>
    public static void WriteFlat(Utf8JsonWriter writer, ChatRequest request, IReadOnlyList<JsonElement> own)
    {
        foreach (string type in TypesOf(request).Where(type => !own.Any(tool => IsOfType(tool, type))))
        {
            writer.WriteStartObject();
            writer.WriteString("type", type);
            if (type == "file_search")
            {
                writer.WriteStartArray("vector_store_ids");
                writer.WriteStringValue(request.Options.KnowledgeBase);
                writer.WriteEndArray();
            }
            writer.WriteEndObject();
        }
        foreach (var server in ServersOf(request.Options))
            WriteServer(writer, server);
    }

    /// <summary>
    /// Writes the fields that turn on service tools in Chat Completions and the native API. Only the native API can return the pages of a search
    /// (<paramref name="takesSources"/>).
    /// </summary>
    public static void WriteSwitches(Utf8JsonWriter writer, ChatRequest request, bool takesSources)
    {
        var tools = Of(request.Options);
        bool searches = tools.HasFlag(QwenBuiltInTool.WebSearch);
        if (searches || request.Options.Search is not null)
            writer.WriteBoolean(SwitchNames[0], searches);
        string? strategy = Strategy(request.Model, tools);
        if (searches && (takesSources || strategy is not null) && request.Options.ExtraBody?.ContainsKey(SearchOptions) != true)
        {
            writer.WriteStartObject(SearchOptions);
            if (takesSources)
                writer.WriteBoolean("enable_source", true);
            if (strategy is not null)
                writer.WriteString("search_strategy", strategy);
            writer.WriteEndObject();
        }
        if (tools.HasFlag(QwenBuiltInTool.CodeInterpreter))
            writer.WriteBoolean(SwitchNames[1], true);
    }

    public static bool IsOfType(JsonElement tool, string type) =>
        tool.ValueKind == JsonValueKind.Object && tool.TryGetProperty("type", out var own) && own.ValueKind == JsonValueKind.String && own.ValueEquals(type);

    public static bool IsMcp(JsonElement tool) => IsOfType(tool, Mcp);

    /// <summary>Returns the search strategy if only one is possible, as with the web extractor and some omni models; otherwise null.</summary>
    private static string? Strategy(string model, QwenBuiltInTool tools) =>
        tools.HasFlag(QwenBuiltInTool.WebExtractor) ? "agent_max"
        : model.StartsWith("qwen3.8-omni", StringComparison.OrdinalIgnoreCase) || model.StartsWith("qwen3.5-omni", StringComparison.OrdinalIgnoreCase)
        ? "agent" : null;

    private static IEnumerable<string> TypesOf(ChatRequest request) => Each(Of(request.Options)).Select(tool => tool switch
    {
        QwenBuiltInTool.WebSearch => "web_search",
        QwenBuiltInTool.WebExtractor => "web_extractor",
        QwenBuiltInTool.CodeInterpreter => "code_interpreter",
        // If the message contains an image, the search is by image; otherwise, it is by text. The service has a separate tool for each.
        QwenBuiltInTool.ImageSearch => HasImage(request) ? "image_search" : "web_search_image",
        _ => "file_search",
    });

    private static bool HasImage(ChatRequest request) => request.Input.Any(item =>
        item is { Role: "user", MayHaveMedia: true } && item.Content.Any(part => part.IsMedia && part.Type.Contains("image", StringComparison.Ordinal)));

    private static void WriteServer(Utf8JsonWriter writer, QwenRemoteMcpServer server)
    {
        writer.WriteStartObject();
        writer.WriteString("type", Mcp);
        writer.WriteString("server_protocol", "sse");
        writer.WriteString("server_label", server.Label);
        if (!string.IsNullOrEmpty(server.Description))
            writer.WriteString("server_description", server.Description);
        writer.WriteString("server_url", server.Address);
        if (server.Headers.Count > 0)
        {
            writer.WriteStartObject("headers");
            foreach (string name in server.HeaderNames.Where(server.Headers.ContainsKey))
                writer.WriteString(name, server.Reveal(name));
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }
}
