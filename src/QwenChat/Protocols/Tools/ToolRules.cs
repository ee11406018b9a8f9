namespace QwenChat.Protocols.Tools;

/// <summary>What the APIs refuse of functions and of how they are to be called (wire-tools §1.1, §1.2), found before any request.</summary>
internal static class ToolRules
{
    private const int MaximumNameLength = 64;

    /// <summary>Checks a request's functions and choice.</summary>
    /// <param name="api">The API.</param>
    /// <param name="request">The request as it will be written.</param>
    /// <exception cref="QwenException">The service would refuse it; the message says what to change.</exception>
    public static void Check(QwenApi api, ChatRequest request)
    {
        CheckNames(request.Tools);
        if (request.ToolChoice is not { } choice)
            return;
        if (request.Tools.Count == 0)
            throw Refuse("-ToolChoice says how tools are called, and there are none. Add -Tool, or leave -ToolChoice out.");
        if (choice.Name is { } name && !request.Tools.Any(tool => tool.Name == name))
            throw Refuse(
                $"-ToolChoice names '{name}', which is not a tool of this turn. Its tools: {string.Join(", ", request.Tools.Select(tool => tool.Name))}.");
        if (choice.IsForced && !request.StandardFieldsOnly && api is QwenApi.ChatCompletions or QwenApi.DashScope)
            CheckForced(api, request, choice);
    }

    /// <summary>Checks the names: two tools of one name could not be told apart, and the service reserves one (qwen-api §12.3).</summary>
    private static void CheckNames(IReadOnlyList<ToolDefinition> tools)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var tool in tools)
        {
            if (tool.Name.Length is 0 or > MaximumNameLength || !tool.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
                throw Refuse(
                    $"'{tool.Name}' cannot be a tool's name: it has letters, digits, _ and -, at most {MaximumNameLength}. Give it another: New-QwenTool "
                        + $"-Name.");
            if (tool.Name == "search")
                throw Refuse("The service keeps the name 'search' for itself. Give the tool another: New-QwenTool -Name.");
            if (!names.Add(tool.Name))
                throw Refuse($"Two tools have the name '{tool.Name}'. Give one another: New-QwenTool -Name.");
        }
    }

    private static void CheckForced(QwenApi api, ChatRequest request, ToolChoice choice)
    {
        if (choice.Name is null && request.Tools.Count > 1)
        {
            throw Refuse(
                $"Over {api} a call can be required of one tool alone, and there are {request.Tools.Count}. Name it: -ToolChoice {request.Tools[0].Name}. " +
                "-Api Responses takes -ToolChoice Required.");
        }
        if (request.Facts?.Thinking == "Only")
            throw Refuse($"{request.Model} always thinks, and a model that thinks cannot be made to call a tool. Use -ToolChoice Auto, or another model.");
        var options = request.Options;
        bool thinks = options.ReasoningEffort is { } effort ? effort != "none"
            : options.Thinking is { } thinking and not QwenThinking.Default ? thinking == QwenThinking.On : request.Facts?.Thinking == "On";
        if (thinks)
            throw Refuse(
                $"{request.Model} thinks before it answers, and a model that thinks cannot be made to call a tool. Add -Thinking Off, or use -ToolChoice "
                    + $"Auto.");
    }

    private static QwenException Refuse(string message) => new(QwenErrorKind.InvalidRequest, message);
}
