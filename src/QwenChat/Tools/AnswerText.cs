using System.Text.Json;
using System.Text.Json.Nodes;

namespace QwenChat.Tools;

/// <summary>Reads the JSON of an answer, and checks it against the schema. The reading is strict, except for the fence that models put around code.</summary>
internal static class AnswerText
{
    private const string Fence = "```";

    /// <summary>Returns the answer; null if something is wrong with it.</summary>
    /// <param name="text">The answer's text.</param>
    /// <param name="schema">The schema.</param>
    /// <param name="finding">What is wrong, and where; null if nothing is.</param>
    public static JsonObject? Read(string text, AnswerSchema schema, out string? finding)
    {
        finding = null;
        if (string.IsNullOrWhiteSpace(text))
        {
            finding = "There is no answer.";
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
            // A duplicate name, and half of a surrogate pair, are detected only when they are read. For PowerShell, a and A are the same name.
            if (UniqueNames.Find(document.RootElement, StringComparer.OrdinalIgnoreCase) is not { } twice)
                return Copy(document.RootElement);
            finding = $"The answer has {twice} twice.";
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
        JsonValueKind.Number when !double.IsFinite(element.GetDouble()) => throw new JsonException($"{element.GetRawText()} is too large a number."),
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
