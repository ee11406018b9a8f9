using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace QwenChat.Emulator.ServiceTools;

/// <summary>
/// Runs each service tool once, with deterministic results. The query is the beginning of the user's message. A search finds two nonexistent pages whose
/// titles contain the query. The code interpreter returns the result of the first calculation in the message, or the length of the query if there is no
/// calculation. The results of other tools contain the query.
/// </summary>
internal static partial class ServiceToolRun
{
    private const int LargestExponent = 999;

    public static IReadOnlyList<EmulatedServiceCall> Run(EmulatedServiceTools tools, string message)
    {
        string query = DefaultReply.Quote(message);
        var calls = tools.Types.Select(type => type switch
        {
            "web_search" => Search(query),
            "web_extractor" => Extract(query),
            "code_interpreter" => Calculate(message),
            "file_search" => tools.KnowledgeBase is null ? null : SearchFiles(query, tools.KnowledgeBase),
            _ => SearchImages(type, query),
        }).OfType<EmulatedServiceCall>();
        return [.. calls, .. tools.Servers.Select(label => CallServer(label, query))];
    }

    /// <summary>Returns the pages of a search in the native API's format (wire §5).</summary>
    public static JsonObject ToNative(EmulatedServiceCall search)
    {
        string query = (string)search.Fields["action"]!["query"]!;
        return new JsonObject
        {
            ["search_results"] = new JsonArray(NativePage(query, 1), NativePage(query, 2)),
            ["extra_tool_info"] = new JsonArray(),
        };
    }

    private static JsonObject NativePage(string query, int number) => new()
    {
        ["site_name"] = "example.com",
        ["icon"] = "",
        ["index"] = number,
        ["title"] = Title("Page", query, number),
        ["url"] = Url(query, number),
    };

    private static EmulatedServiceCall Search(string query) => new("web_search", new JsonObject
    {
        ["action"] = new JsonObject
        {
            ["sources"] = new JsonArray(
                new JsonObject { ["type"] = "url", ["url"] = Url(query, 1) }, new JsonObject { ["type"] = "url", ["url"] = Url(query, 2) }),
            ["type"] = "search",
            ["query"] = query,
        },
    });

    private static EmulatedServiceCall Extract(string query) => new("web_extractor", new JsonObject
    {
        ["goal"] = query,
        ["output"] = $"The page {Url(query, 1)} is about: {query}",
        ["urls"] = new JsonArray(Url(query, 1)),
    }) { Known = "goal" };

    private static EmulatedServiceCall Calculate(string message)
    {
        var (code, result) = Calculation().Match(message) is { Success: true } match && Value(match) is { } value
            ? (match.Value, value.ToString(CultureInfo.InvariantCulture))
            : ($"len({System.Text.Json.JsonSerializer.Serialize(DefaultReply.Quote(message))})",
                DefaultReply.Quote(message).Length.ToString(CultureInfo.InvariantCulture));
        return new EmulatedServiceCall("code_interpreter", new JsonObject
        {
            ["code"] = $"print({code})",
            ["outputs"] = new JsonArray(new JsonObject { ["type"] = "logs", ["logs"] = result + "\n" }),
            ["container_id"] = "container_1",
        }) { Known = "container_id" };
    }

    private static EmulatedServiceCall SearchImages(string type, string query) => new(type, new JsonObject
    {
        ["name"] = type,
        ["arguments"] = EmulatorJson.ToText(new JsonObject { ["queries"] = new JsonArray(query) }),
        ["output"] = EmulatorJson.ToText(new JsonArray(Image(query, 1), Image(query, 2))),
    }) { Known = "name" };

    private static JsonObject Image(string query, int number) =>
        new() { ["title"] = Title("Image", query, number), ["url"] = $"https://example.com/{number}.png", ["index"] = number };

    private static EmulatedServiceCall SearchFiles(string query, string knowledgeBase) => new("file_search", new JsonObject
    {
        ["queries"] = new JsonArray(query),
        ["results"] = new JsonArray(new JsonObject
        {
            ["score"] = 0.75,
            ["filename"] = $"{knowledgeBase}.md",
            ["text"] = $"The knowledge base {knowledgeBase} on: {query}",
            ["file_id"] = $"file_{knowledgeBase}_1",
        }),
    }) { Known = "queries" };

    private static EmulatedServiceCall CallServer(string label, string query) => new("mcp", new JsonObject
    {
        ["name"] = "echo",
        ["server_label"] = label,
        ["arguments"] = EmulatorJson.ToText(new JsonObject { ["text"] = query }),
        ["output"] = query,
    }) { Known = "name" };

    private static string Title(string what, string query, int number) => $"{what} {number} about: {query}";

    private static string Url(string query, int number) => $"https://example.com/{number}?q={Uri.EscapeDataString(query)}";

    private static BigInteger? Value(Match match)
    {
        var left = BigInteger.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        var right = BigInteger.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture);
        return match.Groups[2].Value switch
        {
            "+" => left + right,
            "-" => left - right,
            "*" => left * right,
            _ => right <= LargestExponent ? BigInteger.Pow(left, (int)right) : null,
        };
    }

    [GeneratedRegex(@"\b(\d{1,12})\s*(\*\*|[-+*])\s*(\d{1,12})\b")]
    private static partial Regex Calculation();
}
