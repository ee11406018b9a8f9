namespace QwenChat.Tools;

/// <summary>Validates tool names (wire §14.1), which consist of at most 64 letters, digits, <c>_</c> and <c>-</c>.</summary>
internal static class ToolName
{
    private const int MaximumLength = 64;

    /// <summary>Creates the name of a tool from the name of a command: characters that the APIs do not allow become <c>_</c>.</summary>
    public static string Of(string command)
    {
        string name = string.Concat(command.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' ? c : '_'));
        return name.Length <= MaximumLength ? name : name[..MaximumLength];
    }

    /// <exception cref="QwenException">The APIs would reject the name.</exception>
    public static string Check(string name)
    {
        if (name.Equals("search", StringComparison.OrdinalIgnoreCase))
            throw new QwenException(QwenErrorKind.InvalidRequest, "The service reserves the name 'search'. "
                + "Use New-QwenTool -Name to specify another name for the tool.");
        return name.Length is > 0 and <= MaximumLength && name == Of(name) ? name
            : throw new QwenException(QwenErrorKind.InvalidRequest,
                $"'{name}' is not a valid tool name. Use New-QwenTool -Name to specify 1 to {MaximumLength} letters (A-Z, a-z), digits, '_' and '-'.");
    }

    /// <exception cref="QwenException">Two tools have the same name.</exception>
    public static void CheckDistinct(IEnumerable<QwenTool> tools)
    {
        if (tools.GroupBy(tool => tool.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"{twice.Count()} tools have the name '{twice.Key}', so the model cannot distinguish them. Use New-QwenTool -Name to specify different names.");
    }
}
