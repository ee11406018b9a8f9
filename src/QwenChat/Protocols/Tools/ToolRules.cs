namespace QwenChat.Protocols.Tools;

/// <summary>Validates functions and the tool choice before a request is sent. Each rule corresponds to an error of the APIs (wire §14.1, §14.2).</summary>
internal static class ToolRules
{
    private const int MaximumNameLength = 64;

    /// <exception cref="QwenException">The service would reject the request; the message specifies the change to make.</exception>
    public static void Check(QwenApi api, ChatRequest request)
    {
        CheckNames(request.Tools);
        if (request.ToolChoice is not { } choice)
            return;
        if (request.Tools.Count == 0)
            throw Refuse("-ToolChoice requires tools, but no tools were specified. Add -Tool, or omit -ToolChoice.");
        if (choice.Name is { } name && !request.Tools.Any(tool => tool.Name == name))
            throw Refuse(
                $"-ToolChoice specifies '{name}', which is not a tool of this turn. Specify one of these: "
                    + $"{string.Join(", ", request.Tools.Select(tool => tool.Name))}.");
        if (choice.IsForced && !request.StandardFieldsOnly && api is QwenApi.ChatCompletions or QwenApi.DashScope)
            CheckForced(api, request, choice);
    }

    /// <summary>Checks the names: they must be valid and, ignoring case, unique. The service reserves the name <c>search</c> (wire §12.3).</summary>
    private static void CheckNames(IReadOnlyList<ToolDefinition> tools)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var tool in tools)
        {
            if (tool.Name.Length is 0 or > MaximumNameLength || !tool.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
                throw Refuse(
                    $"'{tool.Name}' is not a valid tool name. Specify a name of at most {MaximumNameLength} letters, digits, '_' and '-' with New-QwenTool "
                        + "-Name.");
            if (tool.Name == "search")
                throw Refuse("The service reserves the name 'search'. Use New-QwenTool -Name to specify another name for the tool.");
            if (!names.Add(tool.Name))
                throw Refuse($"Two tools have the name '{tool.Name}'. Use New-QwenTool -Name to specify another name for one of them.");
        }
    }

    private static void CheckForced(QwenApi api, ChatRequest request, ToolChoice choice)
    {
        if (choice.Name is null && request.Tools.Count > 1)
        {
            throw Refuse(
                $"The {api} API does not accept -ToolChoice Required with several tools, and this turn has {request.Tools.Count}. Specify the name of one "
                + $"tool, such as -ToolChoice {request.Tools[0].Name}, or use -Api Responses, which accepts -ToolChoice Required.");
        }
        if (request.Facts?.Thinking == "Only")
            throw Refuse($"{request.Model} always thinks, and a thinking model cannot be forced to call a tool. Use -ToolChoice Auto, or another model.");
        var options = request.Options;
        bool thinks = options.ReasoningEffort is { } effort ? effort != "none"
            : options.Thinking is { } thinking and not QwenThinking.Default ? thinking == QwenThinking.On : request.Facts?.Thinking == "On";
        if (thinks)
            throw Refuse(
                $"{request.Model} thinks before it answers, and a thinking model cannot be forced to call a tool. Add -Thinking Off, or use -ToolChoice "
                    + "Auto.");
    }

    private static QwenException Refuse(string message) => new(QwenErrorKind.InvalidRequest, message);
}
