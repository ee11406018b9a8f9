using System.Text.Json;

namespace QwenChat.Commands.Terminal;

/// <summary>Formats an additional item of an answer, such as log probabilities or another choice, as one line.</summary>
internal static class ExtraText
{
    /// <summary>The maximum number of characters of a value. Otherwise, the log probabilities of a long answer would fill the screen.</summary>
    private const int Longest = 500;

    /// <summary>Returns the line for an item. The line is not yet safe to display.</summary>
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
