using System.Text;
using QwenChat.Text;

namespace QwenChat.Export;

/// <summary>Text as it may stand in HTML. Everything that is said passes through here, control characters made visible first.</summary>
internal static class Html
{
    private const string Special = "&<>\"'";

    /// <summary>Escapes text, for content and for quoted attributes alike.</summary>
    public static string Escape(string text)
    {
        text = VisibleText.Of(text);
        if (text.AsSpan().IndexOfAny(Special) < 0)
            return text;
        var escaped = new StringBuilder(text.Length + 32);
        Append(escaped, text);
        return escaped.ToString();
    }

    /// <summary>The same, behind what is written already.</summary>
    public static void Append(StringBuilder output, string text)
    {
        var rest = VisibleText.Of(text).AsSpan();
        for (int at; (at = rest.IndexOfAny(Special)) >= 0; rest = rest[(at + 1)..])
            output.Append(rest[..at]).Append(rest[at] switch { '&' => "&amp;", '<' => "&lt;", '>' => "&gt;", '"' => "&quot;", _ => "&#39;" });
        output.Append(rest);
    }

    /// <summary>A link that tells its target nothing of where it came from.</summary>
    /// <param name="address">A web address.</param>
    /// <param name="content">What is shown, as HTML.</param>
    /// <param name="title">Its title; empty when it has none.</param>
    public static string Link(string address, string content, string title = "") =>
        $"<a href=\"{Escape(address)}\"{(title.Length > 0 ? $" title=\"{Escape(title)}\"" : "")} rel=\"noopener noreferrer\">{content}</a>";
}
