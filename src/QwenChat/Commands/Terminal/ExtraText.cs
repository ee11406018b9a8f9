using System.Text.Json;

namespace QwenChat.Commands.Terminal;

/// <summary>What came beside an answer's message, in a line: recognized words, the service's own tools, log probabilities, further choices.</summary>
internal static class ExtraText
{
    /// <summary>Log probabilities of a long answer would fill the screen.</summary>
    private const int Longest = 500;

    /// <summary>The line; not safe to display yet.</summary>
    public static string Of(QwenItem item)
    {
        using var document = JsonDocument.Parse(item.Json);
        var root = document.RootElement;
        if (item.Type == "choice")
            return $"[choice {root.GetProperty("index")}: {item.Text}]";
        string value = root.TryGetProperty(item.Type, out var own) ? own.GetRawText() : root.GetRawText();
        return value.Length > Longest ? $"[{item.Type}: {value[..Longest]}…]" : $"[{item.Type}: {value}]";
    }
}
