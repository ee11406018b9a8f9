using System.Text;

namespace QwenChat.Export.Markdown;

/// <summary>
/// Determines from the adjacent characters whether emphasis may begin or end at a run of delimiters. CommonMark's rules assume spaces between words, so
/// <c>**「重点」**内容</c> would not be emphasis. Here, an adjacent Chinese, Japanese or Korean character counts as a word boundary, and punctuation
/// of these scripts counts as a letter (https://github.com/commonmark/commonmark-spec/issues/650).
/// </summary>
internal readonly record struct DelimiterRun(bool CanOpen, bool CanClose)
{
    /// <summary>The inclusive ranges of Hangul and of wide and full-width characters, except emoji.</summary>
    private static readonly (int From, int To)[] s_cjk =
    [
        (0x1100, 0x11FF), (0x20A9, 0x20A9), (0x2329, 0x232A), (0x2E80, 0x303F), (0x3041, 0x4DBF), (0x4E00, 0xA4CF), (0xA960, 0xA97F), (0xAC00, 0xD7FB),
        (0xF900, 0xFAFF), (0xFE10, 0xFE19), (0xFE30, 0xFE6F), (0xFF00, 0xFFEF), (0x16FE0, 0x18DFF), (0x1AFF0, 0x1B2FF), (0x1F200, 0x1F200),
        (0x1F202, 0x1F202), (0x1F210, 0x1F219), (0x1F21B, 0x1F22E), (0x1F230, 0x1F231), (0x1F237, 0x1F237), (0x1F23B, 0x1F248), (0x20000, 0x3FFFD),
        // Variation selectors of ideographs.
        (0xE0100, 0xE01EF),
    ];

    /// <summary>Classifies a run.</summary>
    /// <param name="delimiter">The delimiter character.</param>
    /// <param name="before">The character before the run; a space at the beginning of the text.</param>
    /// <param name="after">The character after the run; a space at the end of the text.</param>
    /// <param name="isStrict">True to use CommonMark's rules only.</param>
    public static DelimiterRun Of(char delimiter, Rune before, Rune after, bool isStrict = false)
    {
        bool spaceBefore = Rune.IsWhiteSpace(before), spaceAfter = Rune.IsWhiteSpace(after), markBefore = IsMark(before), markAfter = IsMark(after);
        bool cjkBefore = !isStrict && IsCjk(before), cjkAfter = !isStrict && IsCjk(after);
        bool left = !spaceAfter && (!markAfter || cjkAfter || spaceBefore || markBefore || cjkBefore);
        bool right = !spaceBefore && (!markBefore || cjkBefore || spaceAfter || markAfter || cjkAfter);
        if (delimiter != '_')
            return new(left, right);
        // Inside a word, an underscore is part of a name, unless punctuation precedes or follows it.
        return new(left && (!right || markBefore || cjkBefore && markAfter), right && (!left || markAfter || cjkAfter && markBefore));
    }

    public static Rune Before(string text, int at, char otherwise)
    {
        if (at == 0)
            return Of(otherwise);
        Rune.DecodeLastFromUtf16(text.AsSpan(0, at), out var rune, out int length);
        if (IsSelector(rune) && at > length)
            Rune.DecodeLastFromUtf16(text.AsSpan(0, at - length), out rune, out _);
        return rune;
    }

    public static Rune At(string text, int at)
    {
        if (at >= text.Length)
            return Of(' ');
        Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out _);
        return rune;
    }

    private static Rune Of(char c) => Rune.TryCreate(c, out var rune) ? rune : Rune.ReplacementChar;

    // A variation selector determines the form of the previous character.
    private static bool IsSelector(Rune rune) => rune.Value is >= 0xFE00 and <= 0xFE0E;

    private static bool IsMark(Rune rune) => Rune.IsPunctuation(rune) || Rune.IsSymbol(rune);

    private static bool IsCjk(Rune rune)
    {
        if (rune.Value < 0x1100)
            return false;
        foreach (var (from, to) in s_cjk)
        {
            if (rune.Value <= to)
                return rune.Value >= from;
        }
        return false;
    }
}
