using System.Globalization;
using System.Text;

namespace QwenChat.Commands.Terminal;

/// <summary>The width of characters in terminal columns.</summary>
internal static class CellWidth
{
    // The characters whose East Asian Width property is W or F (UAX #11). Ranges include unassigned characters; both ends are inclusive.
    private static readonly (int From, int To)[] s_wide =
    [
        (0x1100, 0x115F), (0x231A, 0x231B), (0x2329, 0x232A), (0x23E9, 0x23EC), (0x23F0, 0x23F0), (0x23F3, 0x23F3), (0x25FD, 0x25FE), (0x2614, 0x2615),
        (0x2648, 0x2653), (0x267F, 0x267F), (0x2693, 0x2693), (0x26A1, 0x26A1), (0x26AA, 0x26AB), (0x26BD, 0x26BE), (0x26C4, 0x26C5), (0x26CE, 0x26CE),
        (0x26D4, 0x26D4), (0x26EA, 0x26EA), (0x26F2, 0x26F3), (0x26F5, 0x26F5), (0x26FA, 0x26FA), (0x26FD, 0x26FD), (0x2705, 0x2705), (0x270A, 0x270B),
        (0x2728, 0x2728), (0x274C, 0x274C), (0x274E, 0x274E), (0x2753, 0x2755), (0x2757, 0x2757), (0x2795, 0x2797), (0x27B0, 0x27B0), (0x27BF, 0x27BF),
        (0x2B1B, 0x2B1C), (0x2B50, 0x2B50), (0x2B55, 0x2B55), (0x2E80, 0x303E), (0x3041, 0xA4CF), (0xA960, 0xA97F), (0xAC00, 0xD7A3), (0xF900, 0xFAFF),
        (0xFE10, 0xFE19), (0xFE30, 0xFE6F), (0xFF00, 0xFF60), (0xFFE0, 0xFFE6), (0x16FE0, 0x18AFF), (0x1B000, 0x1B2FF), (0x1F004, 0x1F004), (0x1F0CF, 0x1F0CF),
        (0x1F18E, 0x1F18E), (0x1F191, 0x1F19A), (0x1F200, 0x1F265), (0x1F300, 0x1F64F), (0x1F680, 0x1F6FF), (0x1F7E0, 0x1F7F0), (0x1F900, 0x1F9FF),
        (0x1FA70, 0x1FAFF), (0x20000, 0x3FFFD),
    ];

    /// <summary>Returns the width of a character: 0, 1 or 2 columns.</summary>
    public static int Of(Rune rune)
    {
        if (rune.IsAscii)
            return 1;
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format)
            return 0;
        int low = 0, high = s_wide.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (rune.Value < s_wide[middle].From)
                high = middle - 1;
            else if (rune.Value > s_wide[middle].To)
                low = middle + 1;
            else
                return 2;
        }
        return 1;
    }

    /// <summary>Returns the width of text on one line. Color sequences have no width.</summary>
    public static int Of(string text)
    {
        int width = 0;
        for (int at = 0; at < text.Length;)
        {
            if (text[at] == '\x1b')
            {
                at = SequenceEnd(text, at);
                continue;
            }
            Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out int length);
            width += Of(rune);
            at += length;
        }
        return width;
    }

    /// <summary>Returns as much of the text as fits into a width, with an ellipsis if it is truncated. The text must have no color sequences.</summary>
    public static string Cut(string text, int columns)
    {
        if (Of(text) <= columns)
            return text;
        int width = 1, at = 0;
        while (at < text.Length)
        {
            Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out int length);
            if ((width += Of(rune)) > columns)
                break;
            at += length;
        }
        return text[..at] + "…";
    }

    /// <summary>Returns the index after an escape sequence of the form <c>ESC [ … letter</c>.</summary>
    public static int SequenceEnd(string text, int at)
    {
        at++;
        while (at < text.Length && !char.IsAsciiLetter(text[at]))
            at++;
        return Math.Min(at + 1, text.Length);
    }
}
