using System.Text.Json;
using System.Text.Json.Nodes;

namespace QwenChat.Tools;

/// <summary>Reads the JSON of an answer, and checks the JSON against the schema. A code fence around the JSON is removed.</summary>
internal static class AnswerText
{
    private const string Fence = "```";

    /// <summary>Returns the answer; null if the answer is not valid, in which case <paramref name="finding"/> is the error and its position.</summary>
    public static JsonObject? Read(string text, AnswerSchema schema, out string? finding)
    {
        finding = null;
        if (string.IsNullOrWhiteSpace(text))
        {
            finding = "The answer is empty.";
            return null;
        }
        if (Parse(WithoutFence(text), ref finding) is not { } value)
        {
            finding ??= "The value must be an object, not null.";
            return null;
        }
        var findings = SchemaCheck.Findings(value, schema.Root);
        finding = findings.Count == 0 ? null : string.Join(" ", findings);
        return finding is null ? value as JsonObject : null;
    }

    private static JsonNode? Parse(string json, ref string? finding)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            // JsonDocument allows duplicate names, and detects an unpaired surrogate only when the string is read. Names are not case-sensitive, as in
            // PowerShell.
            if (UniqueNames.Find(document.RootElement, StringComparer.OrdinalIgnoreCase) is not { } twice)
                return Copy(document.RootElement);
            finding = $"The answer contains '{twice}' more than once.";
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            finding = $"The answer is not JSON: {broken.Message}";
        }
        return null;
    }

    private static JsonNode? Copy(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => new JsonObject(element.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, Copy(member.Value)))),
        JsonValueKind.Array => new JsonArray([.. element.EnumerateArray().Select(Copy)]),
        JsonValueKind.String => JsonValue.Create(element.GetString()),
        JsonValueKind.Null => null,
        JsonValueKind.Number when !double.IsFinite(element.GetDouble()) => throw new JsonException($"The number {element.GetRawText()} is too large."),
        _ => JsonValue.Create(element.Clone()),
    };

    private static string WithoutFence(string text)
    {
        string inner = text.Trim();
        int start = inner.IndexOf('\n', StringComparison.Ordinal);
        bool isFenced = inner.StartsWith(Fence, StringComparison.Ordinal) && inner.EndsWith(Fence, StringComparison.Ordinal);
        return isFenced && start > 0 && inner.Length - Fence.Length > start ? inner[start..^Fence.Length] : text;
    }
}
