using System.Text.Json;
using System.Text.Json.Nodes;
using QwenChat.Streaming;

namespace QwenChat.Tools;

/// <summary>Reads the arguments of a call, and checks them against the tool's schema.</summary>
internal static class ToolCallArguments
{
    /// <summary>Returns the arguments; null if they are not valid, in which case <paramref name="error"/> is a message for the model.</summary>
    public static JsonObject? Read(QwenTool tool, string arguments, out string? error)
    {
        error = null;
        if (ToolArguments.Fit(arguments) is not { } json || Parse(json) is not { } given)
        {
            error = "The arguments are not one complete JSON object.";
            return null;
        }
        using (var document = JsonDocument.Parse(json))
        {
            if (UniqueNames.Find(document.RootElement, StringComparer.OrdinalIgnoreCase) is { } twice)
            {
                error = $"The arguments contain '{twice}' more than once.";
                return null;
            }
        }
        var fitted = (JsonObject)LenientArguments.Fit(given, tool.Schema)!;
        // Unknown names are rejected here, because a simple function would accept them as additional arguments.
        string[] unknown = fitted.Select(member => member.Key).Where(name => !tool.ParameterNames.Contains(name)).ToArray();
        var findings = SchemaCheck.Findings(fitted, tool.Schema).Concat(unknown.Select(name =>
            $"{name} is not allowed"
                + $"{(tool.ParameterNames.Count == 0 ? ": the tool has no arguments" : ". Allowed: " + string.Join(", ", tool.ParameterNames))}."));
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
