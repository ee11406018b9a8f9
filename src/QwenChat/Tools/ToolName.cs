namespace QwenChat.Tools;

/// <summary>Names of tools (wire-tools §1.1): letters, digits, <c>_</c> and <c>-</c>, at most 64.</summary>
internal static class ToolName
{
    private const int MaximumLength = 64;

    /// <summary>Makes a tool's name of a command's: what the APIs do not take becomes <c>_</c>.</summary>
    public static string Of(string command)
    {
        string name = string.Concat(command.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' ? c : '_'));
        return name.Length <= MaximumLength ? name : name[..MaximumLength];
    }

    /// <summary>Checks a name.</summary>
    /// <exception cref="QwenException">The APIs refuse it.</exception>
    public static string Check(string name)
    {
        if (name.Equals("search", StringComparison.OrdinalIgnoreCase))
            throw new QwenException(QwenErrorKind.InvalidRequest, "The service keeps the name 'search' for itself. Give the tool another: New-QwenTool -Name.");
        return name.Length is > 0 and <= MaximumLength && name == Of(name) ? name
            : throw new QwenException(QwenErrorKind.InvalidRequest,
                $"'{name}' cannot be a tool's name: it has 1 to {MaximumLength} letters (A-Z, a-z), digits, '_' and '-'. Give another: New-QwenTool -Name.");
    }

    /// <summary>Checks that the model can tell tools apart.</summary>
    /// <exception cref="QwenException">Two have the same name.</exception>
    public static void CheckDistinct(IEnumerable<QwenTool> tools)
    {
        if (tools.GroupBy(tool => tool.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"{twice.Count()} tools have the name '{twice.Key}', and the model could not tell them apart. Give another name: New-QwenTool -Name.");
    }
}
