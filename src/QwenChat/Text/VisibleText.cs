using System.Buffers;
using System.Globalization;
using System.Text;

namespace QwenChat.Text;

/// <summary>
/// Makes text from a model or a server safe for display. Control sequences, invisible characters, and characters that reverse the reading direction are made
/// visible. Stored text is never changed.
/// </summary>
internal static class VisibleText
{
    /// <summary>The characters that may have to be made visible. Text that contains none of them is returned after a single scan.</summary>
    private static readonly SearchValues<char> s_suspects = SearchValues.Create(
        string.Concat(Enumerable.Range(0, char.MaxValue + 1).Select(c => (char)c)
            .Where(c => c is not ('\t' or '\n') && (char.IsSurrogate(c) || IsUnsafe(new string(c, 1), 0)))));

    /// <summary>
    /// Makes control and invisible characters visible: ESC becomes ␛, and a character without a symbol becomes a code such as <c>&lt;U+009B&gt;</c>.
    /// </summary>
    public static string Of(string? text)
    {
        if (text is null)
            return "";
        int at = text.AsSpan().IndexOfAny(s_suspects);
        if (at < 0)
            return text;
        var shown = new StringBuilder(text.Length + 16);
        int from = 0;
        while (at >= 0)
        {
            shown.Append(text, from, at - from);
            from = at + Append(shown, text, at);
            int next = text.AsSpan(from).IndexOfAny(s_suspects);
            at = next < 0 ? -1 : from + next;
        }
        return shown.Append(text, from, text.Length - from).ToString();
    }

    public static string LineOf(string? text) => Of(text).Replace('\n', ' ').Replace('\t', ' ').Trim();

    /// <summary>Appends the visible form of the character at an index.</summary>
    /// <returns>The number of characters of the text that were consumed.</returns>
    private static int Append(StringBuilder shown, string text, int at)
    {
        char c = text[at];
        int length = char.IsSurrogatePair(text, at) ? 2 : 1;
        if (c == '\r' && at + 1 < text.Length && text[at + 1] == '\n')
            return length;
        if ((length == 2 && !IsUnsafe(text, at)) || (c is '\u200C' or '\u200D' && Joins(text, at)))
            shown.Append(text, at, length);
        else if (c < ' ')
            shown.Append((char)(0x2400 + c));
        else if (c == '\x7F')
            shown.Append('\u2421');
        else
            shown.Append(CultureInfo.InvariantCulture, $"<U+{(length == 2 ? char.ConvertToUtf32(text, at) : c):X4}>");
        return length;
    }

    private static bool IsUnsafe(string text, int at) => CharUnicodeInfo.GetUnicodeCategory(text, at) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate => true,
        // Some signs of the Arabic, Syriac and Kaithi scripts are in this category, but they are visible.
        UnicodeCategory.Format => !(text[at] is (>= '\u0600' and <= '\u0605') or '\u06DD' or '\u070F' or '\u0890' or '\u0891' or '\u08E2'
            || text.AsSpan(at).StartsWith("\U000110BD") || text.AsSpan(at).StartsWith("\U000110CD")),
        // Letters and marks without a glyph: fillers, and the 240 supplementary variation selectors, which can encode hidden text.
        UnicodeCategory.OtherLetter => text[at] is '\u115F' or '\u1160' or '\u3164' or '\uFFA0',
        UnicodeCategory.NonSpacingMark => text[at] is '\u034F' or '\u17B4' or '\u17B5'
            || (char.IsSurrogatePair(text, at) && char.ConvertToUtf32(text, at) is >= 0xE0100 and <= 0xE01EF),
        _ => false,
    };

    /// <summary>Returns whether a joiner is between characters that it can join, such as parts of an emoji, or letters of Arabic and Indic scripts.</summary>
    private static bool Joins(string text, int at) => IsJoined(text, at - 1) && IsJoined(text, at + 1);

    // At the start or end of the text, the neighboring character may be in another chunk of the stream.
    private static bool IsJoined(string text, int at) =>
        at < 0 || at == text.Length || (text[at] > '\u02FF' && (char.IsSurrogate(text[at]) || !s_suspects.Contains(text[at])));
}
