using System.Text.Json;
using QwenChat.Model;
using QwenChat.Text;

namespace QwenChat.Export;

/// <summary>Counts the fields of a transcript that a conversation cannot represent, so that they are not dropped without notice.</summary>
internal sealed class LeftOutFields
{
    private static readonly string[] s_message = ["role", "content", "reasoning_content", "tool_calls", "tool_call_id", "function_call", "type"];
    private static readonly string[] s_part =
        ["type", "text", "refusal", "image_url", "video_url", "audio_url", "file_url", "image", "video", "audio", "input_audio", "url", "data", "format"];
    private static readonly string[] s_call = ["id", "type", "index", "function", "name", "arguments"];

    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>The number of message parts that were omitted completely.</summary>
    public int Parts { get; set; }

    /// <summary>Counts the unknown members of a message, and of its parts and calls.</summary>
    public void CountMessage(JsonElement message)
    {
        bool isFunction = message.TryGetProperty("role", out var role) && role.ValueKind == JsonValueKind.String && role.ValueEquals("function");
        Count(message, isFunction ? [.. s_message, "name"] : s_message);
        if (message.TryGetProperty("content", out var content))
            CountWithin(content, s_part);
        foreach (string field in new[] { "tool_calls", "function_call" })
        {
            if (message.TryGetProperty(field, out var calls))
                CountWithin(calls, s_call);
        }
        if (message.TryGetProperty("type", out var type) && !(type.ValueKind == JsonValueKind.String && type.ValueEquals("message")))
            Add("type", type);
    }

    public void Count(JsonElement value, params string[] known)
    {
        foreach (var member in value.EnumerateObject())
        {
            if (!known.Contains(member.Name, StringComparer.Ordinal))
                Add(member.Name, member.Value);
        }
    }

    public void Tell(string file, NoticeQueue notices)
    {
        if (Parts > 0)
            notices.Warn($"Omitted {Quantity.Of(Parts, "message part")}, because only text and media with a URL can be imported.");
        if (_counts.Count > 0)
        {
            notices.Warn(
                $"These fields of '{file}' were not imported: "
                    + $"{string.Join(", ", _counts.Select(count => $"{count.Key} ({Quantity.Of(count.Value, "time")})"))}. "
                + "A conversation cannot contain them; they remain in the file.");
        }
    }

    // Fields without a value are not reported.
    private void Add(string name, JsonElement value)
    {
        bool isEmpty = value.ValueKind is JsonValueKind.Null || value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0
            || value.ValueKind == JsonValueKind.String && value.ValueEquals("") || value.ValueKind == JsonValueKind.Object && !value.EnumerateObject().Any();
        if (!isEmpty)
            _counts[name] = _counts.GetValueOrDefault(name) + 1;
    }

    private void CountWithin(JsonElement value, string[] known)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var element in value.EnumerateArray())
                CountWithin(element, known);
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            Count(value, known);
            foreach (var member in value.EnumerateObject()
                .Where(member => member.Name != "arguments" && known.Contains(member.Name, StringComparer.Ordinal)
                && member.Value.ValueKind == JsonValueKind.Object))
                CountWithin(member.Value, known);
        }
    }
}
