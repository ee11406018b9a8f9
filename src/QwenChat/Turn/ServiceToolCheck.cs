using System.Globalization;
using QwenChat.Catalogue;
using QwenChat.Connection;
using QwenChat.Protocols.Tools;
using QwenChat.Text;

namespace QwenChat.Turn;

/// <summary>
/// Rejects service tools that the API or the model does not support, before any request is sent. Enables thinking if a tool requires it (wire §16).
/// </summary>
internal static class ServiceToolCheck
{
    private const int MostServers = 10;
    private const int MostNamed = 6;

    /// <summary>The tools of Chat Completions and the native API. In these APIs, reading pages is a search strategy.</summary>
    private const QwenBuiltInTool Switched = QwenBuiltInTool.WebSearch | QwenBuiltInTool.WebExtractor | QwenBuiltInTool.CodeInterpreter;

    /// <summary>The models that, in the Responses and Conversations APIs, run the code interpreter only while they think.</summary>
    private static readonly string[] s_thinkForCode = ["qwen3.8-max", "qwen3.8-flash", "qwen3.7-max", "qwen3-max"];

    /// <summary>Validates the tools of a turn.</summary>
    /// <returns>The options, with thinking enabled if a tool requires it and the user did not specify whether the model thinks.</returns>
    /// <exception cref="QwenException">A tool would be rejected, or would not run.</exception>
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
                : throw Refuse("The server specified with -CompatibleUri is not the Qwen service, so its Chat Completions API does not support Qwen tools. "
                    + "Omit -BuiltInTool, -KnowledgeBase and -RemoteMcpServer.");
        }
        CheckKnowledgeBase(tools, options);
        CheckServers(scope, ServiceTools.ServersOf(options));
        if (tools.HasFlag(QwenBuiltInTool.WebExtractor) && !tools.HasFlag(QwenBuiltInTool.WebSearch))
            throw Refuse("WebExtractor reads only pages that a search finds, but no search is enabled. Use -BuiltInTool WebSearch, WebExtractor.");
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
            throw Refuse("FileSearch requires a knowledge base. Add -KnowledgeBase with its id.");
        if (options.KnowledgeBase.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == ','))
            throw Refuse($"'{options.KnowledgeBase}' is not a knowledge base id. Specify a single id, without spaces or commas. The service accepts only "
                + "one knowledge base.");
    }

    private static void CheckServers(TurnScope scope, IReadOnlyList<QwenRemoteMcpServer> servers)
    {
        if (servers.Count > MostServers)
            throw Refuse($"The service accepts at most {MostServers} MCP servers; {servers.Count.ToString(CultureInfo.InvariantCulture)} were specified.");
        if (servers.GroupBy(server => server.Label, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw Refuse($"Two MCP servers have the label '{twice.Key}', but calls identify a server only by its label. "
                + "Specify a different label for one of them.");
        foreach (var server in servers)
        {
            if (server.Missing is { } missing)
            {
                throw Refuse($"The MCP server '{server.Label}' cannot be used without {missing}. Secrets are not saved in files or stores. "
                    + "Specify the server again with "
                    + $"Set-QwenConversation … -RemoteMcpServer @{{ label = {SingleQuoted.Of(server.Label)}; url = {SingleQuoted.Of(server.Url)}; "
                    + "headers = @{ … } }.");
            }
            if (Uri.TryCreate(server.Address, UriKind.Absolute, out var address) && ServiceAddress.IsLoopback(address)
                && !scope.Connection.Addresses.Any(ServiceAddress.IsLoopback))
                throw Refuse($"The MCP server '{server.Label}' is called by the service, which cannot reach {server.Url}. "
                    + "Specify an address that the service can reach.");
        }
    }

    private static void CheckTool(QwenApi api, string model, QwenModel? facts, string tool, bool isOfApi)
    {
        var known = facts is null ? null : ToolsOf(facts, api);
        // In Chat Completions and the native API, only one model is known to read pages. If the catalog does not list a model's tools, the model is
        // assumed not to read pages.
        bool isUnlisted = known is null && facts is not null && tool == nameof(QwenBuiltInTool.WebExtractor) && !IsFlat(api);
        if (isOfApi && !isUnlisted && known?.Contains(tool) != false)
            return;
        string[] others = facts is null ? [] : facts.ApiKinds.Where(other => other != api && ToolsOf(facts, other)?.Contains(tool) == true)
            .Select(other => other.ToString()).ToArray();
        string[] there = Models(api, tool);
        string way = others.Length > 0
            ? $" {model} supports it in {Listing.And(others)}. Use New-QwenConversation -Api {others[0]}, or Copy-QwenConversation -Api {others[0]}."
            : there.Length == 0 ? Listing.Sentence("Models that support it in Responses", Models(QwenApi.Responses, tool)) : "";
        string what = tool == ServiceToolName.RemoteMcpServer ? "remote MCP servers" : tool;
        throw Refuse(!isOfApi ? $"The {api} API does not support {what}; Responses and Conversations do.{way}"
            : $"{model} does not support {what} in the {api} API.{Listing.Sentence("Models that do", there)}{way}");
    }

    /// <summary>Rejects a search strategy in -ExtraBody that would replace the strategy that a tool needs.</summary>
    private static void CheckStrategy(QwenApi api, QwenOptions options, QwenBuiltInTool tools)
    {
        if (!IsFlat(api) && tools.HasFlag(QwenBuiltInTool.WebExtractor) && options.ExtraBody?.ContainsKey("search_options") == true)
            throw Refuse($"In the {api} API, QwenChat enables WebExtractor with the field 'search_options', but -ExtraBody also contains this field. Omit "
                + "WebExtractor, or remove 'search_options' from -ExtraBody.");
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
            throw Refuse($"In the {api} API, {tool} only runs while a model thinks, but {model} does not support thinking."
                + Listing.Sentence($"Models that support {tool}", Models(api, tool)));
        if (options.ReasoningEffort == "none" || (options.ReasoningEffort is null && options.Thinking == QwenThinking.Off))
            throw Refuse($"In the {api} API, {tool} only runs while {model} thinks. Omit -Thinking Off and -ReasoningEffort none.");
        bool isSaid = options.Thinking == QwenThinking.On || options.ReasoningEffort is not null;
        bool thinksAnyway = facts?.Thinking == "Only" || (IsFlat(api) && facts?.Thinking == "On");
        return isSaid || thinksAnyway ? options : options with { Thinking = QwenThinking.On };
    }

    /// <summary>Returns the tools that a model is known to support in an API; null if the catalog does not list them.</summary>
    private static IReadOnlyList<string>? ToolsOf(QwenModel model, QwenApi api) =>
        model.BuiltInTools.GetValueOrDefault((api == QwenApi.Conversations ? QwenApi.Responses : api).ToString());

    private static string[] Models(QwenApi api, string tool) =>
        [.. ModelCatalogue.All.Where(model => model.Like is null && ToolsOf(model, api)?.Contains(tool) == true).Select(model => model.Id).Take(MostNamed)];

    private static QwenException Refuse(string message) => new(QwenErrorKind.InvalidRequest, message);
}
