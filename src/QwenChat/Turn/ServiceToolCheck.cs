using System.Globalization;
using QwenChat.Catalogue;
using QwenChat.Connection;
using QwenChat.Protocols.Tools;

namespace QwenChat.Turn;

/// <summary>
/// Refuses tools of the service that the API or the model does not have, before any request, and lets a model think where a tool demands it (wire-tools §3).
/// </summary>
internal static class ServiceToolCheck
{
    private const int MostServers = 10;
    private const int MostNamed = 6;

    /// <summary>The tools that Chat Completions and the native API have. Reading pages is a strategy of their search.</summary>
    private const QwenBuiltInTool Switched = QwenBuiltInTool.WebSearch | QwenBuiltInTool.WebExtractor | QwenBuiltInTool.CodeInterpreter;

    /// <summary>The models whose code interpreter runs only while they think, over the Responses API.</summary>
    private static readonly string[] s_thinkForCode = ["qwen3.8-max", "qwen3.8-flash", "qwen3.7-max", "qwen3-max"];

    /// <summary>Checks what a turn asks for.</summary>
    /// <param name="scope">The turn.</param>
    /// <param name="model">The model's name.</param>
    /// <param name="facts">What the catalogue knows of it; null for an unknown one.</param>
    /// <param name="options">What the turn asks for.</param>
    /// <returns>The options, with thinking where a tool demands it and nothing was said of thinking.</returns>
    /// <exception cref="QwenException">A tool would be refused, or would not run.</exception>
    public static QwenOptions Check(TurnScope scope, string model, QwenModel? facts, QwenOptions options)
    {
        scope.Notices.Protect(options);
        if (!ServiceTools.Any(options))
            return options;
        var api = scope.Api;
        var tools = ServiceTools.Of(options);
        if (scope.Connection.CompatibleUri is not null && !IsFlat(api))
        {
            return (tools & ~QwenBuiltInTool.WebSearch) == 0 && ServiceTools.ServersOf(options).Count == 0 ? options
                : throw Refuse("The server given as -CompatibleUri is not the Qwen service, and has none of its tools over Chat Completions. "
                    + "Leave -BuiltInTool, -KnowledgeBase and -RemoteMcpServer out.");
        }
        CheckKnowledgeBase(tools, options);
        CheckServers(scope, ServiceTools.ServersOf(options));
        if (tools.HasFlag(QwenBuiltInTool.WebExtractor) && !tools.HasFlag(QwenBuiltInTool.WebSearch))
            throw Refuse("WebExtractor reads pages that a search found, and there is no search. Use -BuiltInTool WebSearch, WebExtractor.");
        foreach (var tool in ServiceTools.Each(tools))
            CheckTool(api, model, facts, tool.ToString(), IsFlat(api) || Switched.HasFlag(tool));
        if (ServiceTools.ServersOf(options).Count > 0)
            CheckTool(api, model, facts, ServiceToolName.RemoteMcpServer, IsFlat(api));
        CheckStrategy(api, options, tools);
        return Think(api, model, facts, options, tools);
    }

    private static bool IsFlat(QwenApi api) => api is QwenApi.Responses or QwenApi.Conversations;

    private static void CheckKnowledgeBase(QwenBuiltInTool tools, QwenOptions options)
    {
        if (!tools.HasFlag(QwenBuiltInTool.FileSearch))
            return;
        if (string.IsNullOrWhiteSpace(options.KnowledgeBase))
            throw Refuse("FileSearch searches a knowledge base, and none is named. Add -KnowledgeBase with its id.");
        if (options.KnowledgeBase.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == ','))
            throw Refuse($"'{options.KnowledgeBase}' is not the id of a knowledge base: an id has no spaces and no commas, and the service takes exactly one.");
    }

    private static void CheckServers(TurnScope scope, IReadOnlyList<QwenRemoteMcpServer> servers)
    {
        if (servers.Count > MostServers)
            throw Refuse($"The service takes at most {MostServers} MCP servers; these are {servers.Count.ToString(CultureInfo.InvariantCulture)}.");
        if (servers.GroupBy(server => server.Label, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw Refuse($"Two MCP servers have the label '{twice.Key}', and calls name the label alone. Give one another.");
        foreach (var server in servers)
        {
            if (server.Missing is { } missing)
            {
                throw Refuse($"The MCP server '{server.Label}' needs {missing}, which is a secret that no file and no store holds. Give the server again: "
                    + $"Set-QwenConversation … -RemoteMcpServer @{{ label = '{server.Label}'; url = '{server.Url}'; headers = @{{ … }} }}.");
            }
            if (Uri.TryCreate(server.Address, UriKind.Absolute, out var address) && ServiceAddress.IsLoopback(address)
                && !scope.Connection.Addresses.Any(ServiceAddress.IsLoopback))
                throw Refuse($"The MCP server '{server.Label}' is called by the service, for which {server.Url} is another computer. "
                    + "Give an address that it can reach.");
        }
    }

    private static void CheckTool(QwenApi api, string model, QwenModel? facts, string tool, bool isOfApi)
    {
        var known = facts is null ? null : ToolsOf(facts, api);
        // Of reading pages over the other APIs one model is known.
        bool isUnlisted = known is null && facts is not null && tool == nameof(QwenBuiltInTool.WebExtractor) && !IsFlat(api);
        if (isOfApi && !isUnlisted && known?.Contains(tool) != false)
            return;
        string[] others = facts is null ? [] : facts.ApiKinds.Where(other => other != api && ToolsOf(facts, other)?.Contains(tool) == true)
            .Select(other => other.ToString()).ToArray();
        string there = Models(api, tool);
        string way = others.Length > 0
            ? $" {model} has it over {string.Join(" and ", others)}: New-QwenConversation -Api {others[0]}, or Copy-QwenConversation -Api."
            : there.Length == 0 ? $" Models that have it over Responses: {Models(QwenApi.Responses, tool)}." : "";
        string what = tool == ServiceToolName.RemoteMcpServer ? "remote MCP servers" : tool;
        throw Refuse(!isOfApi ? $"The {api} API has no {what}; Responses and Conversations have.{way}"
            : $"{model} has no {what} over the {api} API.{(there.Length > 0 ? $" Models that have it there: {there}." : "")}{way}");
    }

    /// <summary>A strategy of the user's own stands in place of the one that a tool needs.</summary>
    private static void CheckStrategy(QwenApi api, QwenOptions options, QwenBuiltInTool tools)
    {
        if (!IsFlat(api) && tools.HasFlag(QwenBuiltInTool.WebExtractor) && options.ExtraBody?.ContainsKey("search_options") == true)
            throw Refuse($"Over the {api} API WebExtractor is a strategy of the search, and -ExtraBody has 'search_options' of its own. "
                + "Leave one of the two out.");
    }

    private static QwenOptions Think(QwenApi api, string model, QwenModel? facts, QwenOptions options, QwenBuiltInTool tools)
    {
        bool isMax = model.StartsWith("qwen3-max", StringComparison.OrdinalIgnoreCase);
        bool code = tools.HasFlag(QwenBuiltInTool.CodeInterpreter)
            && (!IsFlat(api) || Array.Exists(s_thinkForCode, name => model.StartsWith(name, StringComparison.OrdinalIgnoreCase)));
        bool pages = tools.HasFlag(QwenBuiltInTool.WebExtractor) && (!IsFlat(api) || isMax);
        if (!code && !pages)
            return options;
        string tool = code ? nameof(QwenBuiltInTool.CodeInterpreter) : nameof(QwenBuiltInTool.WebExtractor);
        if (facts?.Thinking == "Never")
            throw Refuse($"Over the {api} API {tool} runs only while a model thinks, and {model} never does. Models that have it: {Models(api, tool)}.");
        if (options.ReasoningEffort == "none" || (options.ReasoningEffort is null && options.Thinking == QwenThinking.Off))
            throw Refuse($"Over the {api} API {tool} runs only while {model} thinks. Leave out -Thinking Off and -ReasoningEffort none.");
        bool isSaid = options.Thinking == QwenThinking.On || options.ReasoningEffort is not null;
        bool thinksAnyway = facts?.Thinking == "Only" || (IsFlat(api) && facts?.Thinking == "On");
        return isSaid || thinksAnyway ? options : options with { Thinking = QwenThinking.On };
    }

    /// <summary>The tools that a model is known to have over an API; null where nothing is known.</summary>
    private static IReadOnlyList<string>? ToolsOf(QwenModel model, QwenApi api) =>
        model.BuiltInTools.GetValueOrDefault((api == QwenApi.Conversations ? QwenApi.Responses : api).ToString());

    private static string Models(QwenApi api, string tool) => string.Join(", ", ModelCatalogue.All
        .Where(model => model.Like is null && ToolsOf(model, api)?.Contains(tool) == true).Select(model => model.Id).Take(MostNamed));

    private static QwenException Refuse(string message) => new(QwenErrorKind.InvalidRequest, message);
}
