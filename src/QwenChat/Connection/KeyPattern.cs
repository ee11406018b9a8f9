using System.Globalization;

namespace QwenChat.Connection;

/// <summary>
/// Finds a key, or one encoded form of the key, in text. Each character may be in either case, percent-encoded, or a JSON, C or HTML escape. Format and
/// control characters between the characters of the key are ignored.
/// </summary>
internal sealed class KeyPattern
{
    /// <summary>
    /// The number of leading characters that are sufficient to recognize the key, because a server may truncate the key or insert other text.
    /// </summary>
    private const int SufficientLength = 12;

    /// <summary>The number of leading characters that are sufficient if the text is truncated after them.</summary>
    private const int SufficientLengthIfTruncated = 6;

    private readonly string _key;
    private readonly bool _isWord;

    /// <summary>
    /// Creates a pattern. If <paramref name="isWord"/> is true, only a whole word with the exact spelling matches, because other words may contain a short
    /// key.
    /// </summary>
    public KeyPattern(string key, bool isWord)
    {
        _key = key;
        _isWord = isWord;
    }

    /// <summary>Returns the number of characters to remove at a position; 0 if the key does not begin there.</summary>
    public int LengthAt(string text, int at)
    {
        var (matched, end) = Match(text, at);
        if (_isWord)
            return matched == _key.Length && IsWholeWord(text, at, end) ? end - at : 0;
        bool isCut = end == text.Length || text[end] == '…' || text.AsSpan(end).StartsWith("...", StringComparison.Ordinal);
        return matched == _key.Length || matched >= SufficientLength || (isCut && matched >= SufficientLengthIfTruncated) ? end - at : 0;
    }

    private (int Matched, int End) Match(string text, int at)
    {
        int matched = 0, end = at;
        for (int i = at; matched < _key.Length && i < text.Length;)
        {
            int length = CharacterAt(text, i, _key[matched]);
            if (length > 0)
            {
                matched++;
                end = i += length;
            }
            else if (matched > 0 && char.GetUnicodeCategory(text[i]) is UnicodeCategory.Control or UnicodeCategory.Format)
            {
                i++;
            }
            else
            {
                break;
            }
        }
        return (matched, end);
    }

    /// <summary>Returns how many characters at a position encode the wanted character; 0 if none do.</summary>
    private int CharacterAt(string text, int at, char wanted)
    {
        char c = text[at];
        if (IsSame(c, wanted))
            return 1;
        return c switch
        {
            '%' => Percent(text, at, wanted),
            '\\' => Escape(text, at, wanted),
            '&' => Entity(text, at, wanted),
            _ => 0,
        };
    }

    // In text that is encoded twice, %25 replaces each %.
    private int Percent(string text, int at, char wanted)
    {
        int digits = at + 1;
        while (text.AsSpan(digits).StartsWith("25", StringComparison.Ordinal))
            digits += 2;
        return Code(text, digits, 2, NumberStyles.AllowHexSpecifier, wanted) ? digits + 2 - at : 0;
    }

    // JSON within JSON contains additional backslashes.
    private int Escape(string text, int at, char wanted)
    {
        int next = at;
        while (next < text.Length && text[next] == '\\')
            next++;
        if (next == text.Length)
            return 0;
        return text[next] switch
        {
            'u' or 'U' when Code(text, next + 1, 4, NumberStyles.AllowHexSpecifier, wanted) => next + 5 - at,
            'x' or 'X' when Code(text, next + 1, 2, NumberStyles.AllowHexSpecifier, wanted) => next + 3 - at,
            var c when !char.IsAsciiLetterOrDigit(c) && IsSame(c, wanted) => next + 1 - at,
            _ => 0,
        };
    }

    private int Entity(string text, int at, char wanted)
    {
        int end = text.AsSpan(at, Math.Min(10, text.Length - at)).IndexOf(';');
        if (end < 0 || !text.AsSpan(at + 1).StartsWith("#", StringComparison.Ordinal))
            return 0;
        bool isHex = text[at + 2] is 'x' or 'X';
        int digits = at + (isHex ? 3 : 2);
        return Code(text, digits, at + end - digits, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, wanted) ? end + 1 : 0;
    }

    private bool Code(string text, int at, int length, NumberStyles style, char wanted) =>
        length > 0 && at + length <= text.Length && int.TryParse(text.AsSpan(at, length), style, CultureInfo.InvariantCulture, out int code)
        && code is > 0 and < char.MaxValue && IsSame((char)code, wanted);

    private bool IsSame(char c, char wanted) => c == wanted || (!_isWord && char.ToUpperInvariant(c) == char.ToUpperInvariant(wanted));

    private bool IsWholeWord(string text, int at, int end)
    {
        if ((at > 0 && IsWordCharacter(text[at - 1])) || (end < text.Length && IsWordCharacter(text[end])))
            return false;
        // A placeholder such as "none" is an ordinary word, so it is recognized as a key only where a key is expected.
        return !_key.All(char.IsAsciiLetter) || StandsForKey(text.AsSpan(0, at));
    }

    private static bool IsWordCharacter(char c) => char.IsLetterOrDigit(c) || c is '_' or '-';

    private static bool StandsForKey(ReadOnlySpan<char> before)
    {
        before = before.TrimEnd(" \"'`");
        if (before.EndsWith("bearer", StringComparison.OrdinalIgnoreCase))
            return true;
        if (before.IsEmpty || before[^1] is not (':' or '='))
            return false;
        before = before[..^1].TrimEnd(" \"'`");
        foreach (string name in (ReadOnlySpan<string>)["key", "token", "authorization", "password", "secret"])
        {
            if (before.EndsWith(name, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }
}
