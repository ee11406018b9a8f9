using System.Net;
using System.Text;

namespace QwenChat.Protocols.Errors;

/// <summary>Extracts the text of an HTML page that a server returned instead of a response. The time is linear in the length of the page.</summary>
internal static class HtmlText
{
    private const StringComparison AnyCase = StringComparison.OrdinalIgnoreCase;

    /// <summary>Removes tags, comments, scripts and styles, and decodes entities.</summary>
    public static string Of(string html)
    {
        var text = new StringBuilder(html.Length);
        // A search that has reached the end without a match is not repeated.
        bool mayHoldComment = true, mayHoldScript = true, mayHoldStyle = true;
        int at = 0;
        while (at < html.Length)
        {
            int tag = html.IndexOf('<', at);
            if (tag < 0)
                break;
            text.Append(html, at, tag - at).Append(' ');
            int end = -1;
            if (mayHoldComment && StartsAt(html, tag, "<!--"))
                mayHoldComment = (end = EndOf(html, tag, "-->", 3)) >= 0;
            else if (mayHoldScript && IsElement(html, tag, "<script"))
                mayHoldScript = (end = EndOfElement(html, tag, "</script")) >= 0;
            else if (mayHoldStyle && IsElement(html, tag, "<style"))
                mayHoldStyle = (end = EndOfElement(html, tag, "</style")) >= 0;
            if (end < 0)
                end = EndOf(html, tag, ">", 1);
            at = end < 0 ? tag : end;
            if (end < 0)
                break;
        }
        return WebUtility.HtmlDecode(text.Append(html, at, html.Length - at).ToString());
    }

    private static bool StartsAt(string html, int at, string beginning) => string.Compare(html, at, beginning, 0, beginning.Length, AnyCase) == 0;

    private static bool IsElement(string html, int at, string beginning) =>
        StartsAt(html, at, beginning) && (at + beginning.Length == html.Length || !char.IsLetterOrDigit(html[at + beginning.Length]));

    private static int EndOf(string html, int from, string mark, int length) => html.IndexOf(mark, from, AnyCase) is >= 0 and var at ? at + length : -1;

    private static int EndOfElement(string html, int from, string mark) => html.IndexOf(mark, from, AnyCase) is >= 0 and var at ? EndOf(html, at, ">", 1) : -1;
}
