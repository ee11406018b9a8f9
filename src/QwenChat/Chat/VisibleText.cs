using System.Buffers;
using System.Globalization;
using System.Text;

namespace QwenChat;

/// <summary>
/// Text from a model or a server as it may be displayed. Such text can hold control sequences that recolour, rewrite or retitle a
/// terminal, and characters that turn the reading order around; here they are made visible. Stored text is never changed.
/// </summary>
internal static class VisibleText
{
    private static readonly SearchValues<char> s_unsafe = SearchValues.Create(
        string.Concat(Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Where(c => c is not ('\t' or '\n')).Select(c => (char)c))
        + "\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069");

    /// <summary>Makes control characters visible: ESC becomes ␛, what has no picture of its own becomes <c>&lt;U+009B&gt;</c>.</summary>
    public static string Of(string? text)
    {
        if (text is null)
            return "";
        int at = text.AsSpan().IndexOfAny(s_unsafe);
        if (at < 0)
            return text;
        var shown = new StringBuilder(text.Length + 16);
        int from = 0;
        while (at >= 0)
        {
            shown.Append(text, from, at - from);
            Append(shown, text, at);
            from = at + 1;
            int next = text.AsSpan(from).IndexOfAny(s_unsafe);
            at = next < 0 ? -1 : from + next;
        }
        return shown.Append(text, from, text.Length - from).ToString();
    }

    /// <summary>The same on one line.</summary>
    public static string LineOf(string? text) => Of(text).Replace('\n', ' ').Replace('\t', ' ').Trim();

    private static void Append(StringBuilder shown, string text, int at)
    {
        char c = text[at];
        if (c == '\r' && at + 1 < text.Length && text[at + 1] == '\n')
            return;
        if (c < ' ')
            shown.Append((char)(0x2400 + c));
        else if (c == '\x7F')
            shown.Append('\u2421');
        else
            shown.Append(CultureInfo.InvariantCulture, $"<U+{(int)c:X4}>");
    }
}
