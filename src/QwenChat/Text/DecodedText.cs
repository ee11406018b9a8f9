using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace QwenChat.Text;

/// <summary>
/// The text of a file whose encoding was not specified. The encoding is determined from the byte order mark or, without a mark, from the bytes: UTF-8, UTF-16,
/// UTF-32 or the culture's code page.
/// </summary>
/// <param name="Text">The text, without the byte order mark.</param>
/// <param name="Assumed">The encoding, if it is a guess; null when the encoding is certain.</param>
internal sealed record DecodedText(string Text, string? Assumed)
{
    private const int WesternCodePage = 1252;

    // Longer byte order marks come first, because the mark of UTF-32 LE begins with the mark of UTF-16 LE.
    private static readonly Encoding[] s_marked =
    [
        new UTF32Encoding(bigEndian: false, byteOrderMark: true), new UTF32Encoding(bigEndian: true, byteOrderMark: true),
        new UTF8Encoding(true), new UnicodeEncoding(bigEndian: false, byteOrderMark: true), new UnicodeEncoding(bigEndian: true, byteOrderMark: true),
    ];

    /// <summary>
    /// Decodes a whole file; returns null if the bytes are not text. <paramref name="codePage"/> is the culture's code page, for text that is
    /// not Unicode; 0 or 65001 if the culture has none.
    /// </summary>
    public static DecodedText? Of(ReadOnlySpan<byte> bytes, int codePage)
    {
        if (OfMark(bytes) is { } marked)
            return new DecodedText(marked.GetString(bytes[marked.Preamble.Length..]), null);
        if (Utf8.IsValid(bytes) && bytes.IndexOf((byte)0) < 0)
            return new DecodedText(Encoding.UTF8.GetString(bytes), null);
        // UTF-16 nearly always contains bytes with the values of control characters; text in a code page does not. Without this check, pairs of letters in a
        // code page could be mistaken for Han characters.
        return HasControls(bytes) ? OfUnmarked(bytes) : OfCodePage(bytes, codePage);
    }

    /// <summary>Returns the Unicode encoding that a byte order mark specifies; null if there is no byte order mark.</summary>
    public static Encoding? OfMark(ReadOnlySpan<byte> bytes)
    {
        foreach (var encoding in s_marked)
        {
            if (bytes.StartsWith(encoding.Preamble) && (encoding is not UTF32Encoding || bytes.Length % 4 == 0))
                return encoding;
        }
        return null;
    }

    /// <summary>Decodes UTF-16 or UTF-32 without a byte order mark, which some programs write.</summary>
    private static DecodedText? OfUnmarked(ReadOnlySpan<byte> bytes)
    {
        Encoding[] candidates =
        [
            new UTF32Encoding(false, false, true), new UTF32Encoding(true, false, true), new UnicodeEncoding(false, false, true),
                new UnicodeEncoding(true, false, true),
        ];
        DecodedText? best = null;
        double bestShare = 0;
        foreach (var encoding in candidates)
        {
            if (bytes.Length % (encoding is UTF32Encoding ? 4 : 2) == 0 && Decode(encoding, bytes) is { } text && PlainShare(text) is var share
                && share > bestShare)
                (best, bestShare) = (new DecodedText(text, encoding.WebName), share);
        }
        return best;
    }

    private static DecodedText? OfCodePage(ReadOnlySpan<byte> bytes, int codePage)
    {
        // The Western code page is also tried when the bytes are not valid in the culture's code page.
        foreach (int candidate in (ReadOnlySpan<int>)[codePage is 0 or 65001 ? WesternCodePage : codePage, WesternCodePage])
        {
            var encoding = CodePagesEncodingProvider.Instance.GetEncoding(candidate, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
            if (encoding is not null && Decode(encoding, bytes) is { } text)
                return new DecodedText(text, encoding.WebName);
        }
        return null;
    }

    private static bool HasControls(ReadOnlySpan<byte> bytes) => bytes.ContainsAnyInRange((byte)0, (byte)7) || bytes.ContainsAnyInRange((byte)14, (byte)25);

    private static string? Decode(Encoding encoding, ReadOnlySpan<byte> bytes)
    {
        try
        {
            return encoding.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>
    /// Returns a score from 0 to 2 for the likelihood that the decoded text is real text. Real text stays in one script, and contains spaces and line breaks.
    /// In the wrong byte order, the characters are scattered over many blocks.
    /// </summary>
    private static double PlainShare(string text)
    {
        var blocks = new Dictionary<int, int>();
        int common = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            bool isControl = category is UnicodeCategory.Control && rune.Value is not ('\t' or '\n' or '\r' or '\f' or 27);
            if (isControl || category is UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse)
                return 0;
            if (rune.Value < 128)
                common++;
            else
                blocks[BlockOf(rune.Value)] = blocks.GetValueOrDefault(BlockOf(rune.Value)) + 1;
        }
        int others = blocks.Values.Sum();
        int main = blocks.Count == 0 ? 0 : blocks.Values.Max();
        double share = (common + main) / (double)Math.Max(1, common + others);
        // ASCII increases the score, because in the wrong byte order a space becomes a character of another block.
        return share < 0.7 ? 0 : share + common / (double)Math.Max(1, common + others);
    }

    // Han, kana, hangul and their punctuation count as one script. Elsewhere, each block of 1,024 code points counts as one script.
    private static int BlockOf(int character) =>
        character is >= 0x2E80 and <= 0x9FFF or >= 0xAC00 and <= 0xD7FF or >= 0xFF00 and <= 0xFFEF ? 0x3000 : character >> 10;
}
