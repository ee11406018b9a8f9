using System.Text;
using QwenChat.Text;

namespace QwenChat.Export;

/// <summary>Escapes text for HTML. All untrusted text passes through this class, which first makes control characters visible.</summary>
internal static class Html
{
    private const string Special = "&<>\"'";

    /// <summary>Escapes text, for content and quoted attributes.</summary>
    public static string Escape(string text)
    {
        text = VisibleText.Of(text);
        if (text.AsSpan().IndexOfAny(Special) < 0)
            return text;
        var escaped = new StringBuilder(text.Length + 32);
        Append(escaped, text);
        return escaped.ToString();
    }

    public static void Append(StringBuilder output, string text)
    {
        var rest = VisibleText.Of(text).AsSpan();
        for (int at; (at = rest.IndexOfAny(Special)) >= 0; rest = rest[(at + 1)..])
            output.Append(rest[..at]).Append(rest[at] switch { '&' => "&amp;", '<' => "&lt;", '>' => "&gt;", '"' => "&quot;", _ => "&#39;" });
        output.Append(rest);
    }

    /// <summary>Returns a link that sends no referrer to its target.</summary>
    /// <param name="address">A web URL.</param>
    /// <param name="content">The content, as HTML.</param>
    /// <param name="title">The link's title; empty if the link has no title.</param>
    public static string Link(string address, string content, string title = "") =>
        $"<a href=\"{Escape(address)}\"{(title.Length > 0 ? $" title=\"{Escape(title)}\"" : "")} rel=\"noopener noreferrer\">{content}</a>";
}
