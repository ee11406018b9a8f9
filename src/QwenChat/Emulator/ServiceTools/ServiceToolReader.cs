using System.Text.Json;

namespace QwenChat.Emulator.ServiceTools;

/// <summary>Reads and validates the service tools of a request, as the service does (wire §16).</summary>
/// <param name="knowledgeBases">The ids of the existing knowledge bases.</param>
internal sealed class ServiceToolReader(IReadOnlyList<string> knowledgeBases)
{
    private const int MostServers = 10;

    private static readonly string[] s_types = ["web_search", "web_extractor", "code_interpreter", "web_search_image", "image_search", "file_search"];

    /// <summary>
    /// Reads the tools of a request to the Responses API. Unknown types are ignored (wire §2). The type <c>image_search</c> is also ignored if the input
    /// contains no image.
    /// </summary>
    public EmulatedServiceTools ReadFlat(JsonElement body, EmulatedModel model, bool thinking, bool hasImage)
    {
        var tools = body.Get("tools").Elements().ToArray();
        var types = tools.Select(tool => tool.Text("type") ?? "").Where(s_types.Contains).Distinct().ToList();
        var servers = tools.Where(tool => tool.Text("type") == "mcp").ToArray();
        if (types.Count == 0 && servers.Length == 0)
            return EmulatedServiceTools.None;
        // The error message is known (wire §16); the error code is assumed [A27].
        if (model.HasNoServiceTools || (model.SearchesOnly && (servers.Length > 0 || types.Any(type => type != "web_search"))))
            throw ApiRefusal.Parameter("Agent capabilities are not enabled");
        // According to the documentation, code_interpreter requires thinking, and web_extractor requires web_search. The rejections and their
        // messages are assumed [A27].
        if (types.Contains("code_interpreter") && model.NeedsThinkingForCode && !thinking)
            throw ApiRefusal.Parameter("The code_interpreter tool is only supported in thinking mode.");
        if (types.Contains("web_extractor") && !types.Contains("web_search"))
            throw ApiRefusal.Parameter("The web_extractor tool must be used with the web_search tool.");
        if (servers.Length > MostServers || servers.Any(server => server.Text("server_protocol") != "sse" || server.Text("server_url") is null))
            throw ApiRefusal.Parameter($"Invalid 'tools': an mcp tool must have a server_url and the server_protocol 'sse'. "
                + $"At most {MostServers} mcp tools are allowed.");
        string[] ids = tools.Where(tool => tool.Text("type") == "file_search").SelectMany(tool => tool.Get("vector_store_ids").Elements())
            .Select(id => id.ValueKind == JsonValueKind.String ? id.GetString()! : "").ToArray();
        if (types.Contains("file_search") && ids.Length != 1)
            throw ApiRefusal.Parameter("Invalid 'tools': file_search requires exactly one id in 'vector_store_ids'.");
        if (!hasImage)
            types.Remove("image_search");
        return new EmulatedServiceTools
        {
            Types = types,
            KnowledgeBase = ids.FirstOrDefault(knowledgeBases.Contains),
            Servers = servers.Select(server => server.Text("server_label") ?? "").ToArray(),
        };
    }

    /// <summary>Reads the switches in the body of Chat Completions or in the native API's <c>parameters</c>.</summary>
    public static EmulatedServiceTools ReadSwitches(JsonElement options, EmulatedModel model, bool streams, bool thinking,
        Func<string, ApiRefusal> parameter)
    {
        bool searches = options.Flag("enable_search") == true, runs = options.Flag("enable_code_interpreter") == true;
        string? strategy = options.Get("search_options").Text("search_strategy");
        bool reads = searches && strategy == "agent_max";
        if (searches && model.SearchesOverResponsesOnly)
            throw parameter("This model does not support enable_search.");
        // According to the documentation, the code interpreter and the agent_max strategy require streaming and thinking (wire §16). The error
        // messages are assumed [A27].
        if ((runs || reads) && !streams)
            throw parameter($"Non-streaming mode does not support {(runs ? "Code Interpreter" : "the agent_max search strategy")}");
        if ((runs || reads) && !thinking)
            throw parameter($"{(runs ? "enable_code_interpreter" : "The agent_max search strategy")} is only supported when enable_thinking is true");
        if (searches && model.NeedsAgentSearch && strategy != "agent")
            throw parameter("The search_strategy of this model must be agent.");
        return !searches && !runs ? EmulatedServiceTools.None : new EmulatedServiceTools
        {
            Types = [.. searches ? ["web_search"] : Array.Empty<string>(), .. reads ? ["web_extractor"] : Array.Empty<string>(),
                .. runs ? ["code_interpreter"] : Array.Empty<string>()],
        };
    }
}
