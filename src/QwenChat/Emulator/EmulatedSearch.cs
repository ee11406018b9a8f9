using System.Text.Json.Nodes;

namespace QwenChat.Emulator;

/// <summary>What a search of the web would have found: always two pages that do not exist, named after what was asked.</summary>
internal sealed record EmulatedSearch(string Query)
{
    public IEnumerable<string> Urls => [Url(1), Url(2)];

    /// <summary>The native API's form (qwen-api §5.3).</summary>
    public JsonObject ToNative() => new()
    {
        ["search_results"] = new JsonArray(Result(1), Result(2)),
        ["extra_tool_info"] = new JsonArray(),
    };

    /// <summary>The Responses API's form (qwen-api §2.6).</summary>
    public JsonObject ToItem(string id) => new()
    {
        ["action"] = new JsonObject
        {
            ["sources"] = new JsonArray(Urls.Select(url => (JsonNode)new JsonObject { ["type"] = "url", ["url"] = url }).ToArray()),
            ["type"] = "search",
            ["query"] = Query,
        },
        ["id"] = id,
        ["type"] = "web_search_call",
        ["status"] = "completed",
    };

    private JsonObject Result(int number) => new()
    {
        ["site_name"] = "example.com",
        ["icon"] = "",
        ["index"] = number,
        ["title"] = $"Page {number} about: {Query}",
        ["url"] = Url(number),
    };

    private string Url(int number) => $"https://example.com/{number}?q={Uri.EscapeDataString(Query)}";
}
