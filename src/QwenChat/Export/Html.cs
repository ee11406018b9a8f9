using System.Text;

namespace QwenChat.Export;

/// <summary>Text as it may stand in HTML. Everything that is said passes through here, control characters made visible first.</summary>
internal static class Html
{
    /// <summary>Escapes text, for content and for quoted attributes alike.</summary>
    public static string Escape(string text)
    {
        text = VisibleText.Of(text);
        int at = text.AsSpan().IndexOfAny("&<>\"'");
        if (at < 0)
            return text;
        var escaped = new StringBuilder(text.Length + 32).Append(text, 0, at);
        foreach (char c in text.AsSpan(at))
        {
            _ = c switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '"' => escaped.Append("&quot;"),
                '\'' => escaped.Append("&#39;"),
                _ => escaped.Append(c),
            };
        }
        return escaped.ToString();
    }

    /// <summary>A link that tells its target nothing of where it came from.</summary>
    /// <param name="address">A web address.</param>
    /// <param name="content">What is shown, as HTML.</param>
    public static string Link(string address, string content) => $"<a href=\"{Escape(address)}\" rel=\"noopener noreferrer\">{content}</a>";
}
