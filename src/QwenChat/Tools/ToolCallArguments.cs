using System.Text.Json;
using System.Text.Json.Nodes;
using QwenChat.Streaming;

namespace QwenChat.Tools;

/// <summary>Reads the arguments of a call against the tool's schema.</summary>
internal static class ToolCallArguments
{
    /// <summary>The arguments; what they lack is said in words for the model.</summary>
    /// <param name="tool">The tool.</param>
    /// <param name="arguments">The arguments as the model wrote them.</param>
    /// <param name="error">What is wrong; null when nothing is.</param>
    public static JsonObject? Read(QwenTool tool, string arguments, out string? error)
    {
        error = null;
        if (ToolArguments.Fit(arguments) is not { } json || Parse(json) is not { } given)
        {
            error = "The arguments are not one whole JSON object.";
            return null;
        }
        using (var document = JsonDocument.Parse(json))
        {
            if (UniqueNames.Find(document.RootElement, StringComparer.OrdinalIgnoreCase) is { } twice)
            {
                error = $"The arguments have {twice} twice.";
                return null;
            }
        }
        var fitted = (JsonObject)LenientArguments.Fit(given, tool.Schema)!;
        // Simple functions would take names that they do not have as further arguments.
        string[] unknown = fitted.Select(member => member.Key).Where(name => !tool.ParameterNames.Contains(name)).ToArray();
        var findings = SchemaCheck.Findings(fitted, tool.Schema).Concat(unknown.Select(name =>
            $"{name} is not known{(tool.ParameterNames.Count == 0 ? ": there are no arguments" : ": there are " + string.Join(", ", tool.ParameterNames))}."));
        error = string.Join(" ", findings.Distinct());
        if (error.Length > 0)
            return null;
        error = null;
        return fitted;
    }

    private static JsonObject? Parse(string json)
    {
        try
        {
            return JsonNode.Parse(json) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
