using System.Globalization;

namespace QwenChat.Cost;

/// <summary>
/// Estimates token counts without a vocabulary. Text is split by the rules of the service's tokenizer (wire §13), and each piece is counted by its script
/// and language. The constants are fitted to the public Qwen3 vocabulary.
/// </summary>
internal ref struct TextTokens
{
    /// <summary>The number of characters in a segment. The kind of text is determined for each segment, because a text may mix languages.</summary>
    private const int SegmentLength = 600;

    private const int LongestEnglishWord = 11, ShortForeignWord = 3;
    private const double LettersPerEnglishToken = 4, LettersPerForeignToken = 3.6;
    private const double RandomLettersPerToken = 1.5;

    private readonly ReadOnlySpan<char> _text;
    private TextKind _kind;
    private int _kindEnd;

    private TextTokens(ReadOnlySpan<char> text) => _text = text;

    /// <summary>Returns the number of tokens in a text, excluding the message frame.</summary>
    public static double Count(ReadOnlySpan<char> text)
    {
        var counter = new TextTokens(text);
        double tokens = 0;
        for (int at = 0; at < text.Length;)
            at = counter.Next(at, ref tokens);
        return tokens;
    }

    /// <summary>Returns the length of the longest prefix with at most the specified number of tokens.</summary>
    public static int LengthOf(ReadOnlySpan<char> text, double tokens)
    {
        var counter = new TextTokens(text);
        double counted = 0;
        for (int at = 0; at < text.Length;)
        {
            double before = counted;
            int end = counter.Next(at, ref counted);
            if (counted > tokens)
                return at + (int)((end - at) * (tokens - before) / (counted - before)); // a part of the last piece, which may be long in text without spaces
            at = end;
        }
        return text.Length;
    }

    /// <summary>Counts the piece that begins at an index, and returns the index after it.</summary>
    private int Next(int at, ref double tokens)
    {
        if (at >= _kindEnd)
        {
            _kindEnd = Math.Min(_text.Length, at + SegmentLength);
            _kind = TextKind.Of(_text[at.._kindEnd]);
        }
        char c = _text[at];
        if (char.IsWhiteSpace(c))
            return Blanks(at, ref tokens);
        if (RandomRun(at) is > 0 and var end)
            return Random(at, end, ref tokens);
        if (char.IsLetter(c))
            return Word(at, ref tokens);
        if (IsMark(c))
        {
            tokens += c is >= '\u0e00' and <= '\u0eff' ? 0.45 : 1;
            return at + 1;
        }
        if (!char.IsDigit(c))
            return Symbols(at, ref tokens);
        tokens++; // each digit is one token
        return at + 1;
    }

    /// <summary>Counts white space. A single space belongs to the next word; additional spaces form one token, as do line breaks.</summary>
    private readonly int Blanks(int at, ref double tokens)
    {
        int start = at;
        int lastBreak = -1;
        for (; at < _text.Length && char.IsWhiteSpace(_text[at]); at++)
        {
            if (_text[at] is '\n' or '\r')
                lastBreak = at;
        }
        if (lastBreak >= 0)
            tokens++; // line breaks and the spaces before them are one token
        int left = at - Math.Max(start, lastBreak + 1);
        bool joins = at < _text.Length && left > 0 && (_text[at - 1] == ' ' || char.IsLetter(_text[at])) && !char.IsDigit(_text[at]);
        left -= joins ? 1 : 0;
        if (left > 0)
            tokens++;
        return at;
    }

    private readonly int Word(int at, ref double tokens)
    {
        int start = at;
        double word = 0;
        while (at < _text.Length && char.IsLetter(_text[at]))
        {
            int from = at;
            char c = _text[at];
            if (IsLatin(c))
            {
                // A part of a camelCase word: capitals, then lowercase letters.
                while (at < _text.Length && IsLatin(_text[at]) && char.IsUpper(_text[at]))
                    at++;
                while (at < _text.Length && IsLatin(_text[at]) && !char.IsUpper(_text[at]))
                    at++;
                word += Latin(_text[from..at], isAfterHump: from > start);
                continue;
            }
            word += PerLetter(c);
            at++;
        }
        tokens += Math.Max(1, word);
        return at;
    }

    private readonly double Latin(ReadOnlySpan<char> word, bool isAfterHump)
    {
        int capitals = 0;
        while (capitals < word.Length && char.IsUpper(word[capitals]))
            capitals++;
        if (capitals > 3)
            return capitals / 2.6 + Math.Max(0, word.Length - capitals) / LettersPerEnglishToken;
        if (_kind.IsForeignLatin)
        {
            double rare = 0;
            foreach (char c in word)
                rare += c > '\u00ff' ? 0.6 : 0;
            return 1 + rare + Math.Max(0, word.Length - ShortForeignWord) / LettersPerForeignToken;
        }
        return 1 + Math.Max(0, word.Length - LongestEnglishWord) / LettersPerEnglishToken - (isAfterHump ? 0.05 : 0);
    }

    private readonly double PerLetter(char c) => c switch
    {
        >= '\u0370' and <= '\u03ff' or >= '\u1f00' and <= '\u1fff' => 1.04, // Greek
        >= '\u0400' and <= '\u052f' => 0.37, // Cyrillic
        >= '\u0590' and <= '\u05ff' => 0.5, // Hebrew
        >= '\u0600' and <= '\u06ff' => 0.42, // Arabic
        >= '\u0900' and <= '\u0dff' => 1.2, // scripts of India
        >= '\u0e00' and <= '\u0eff' => 0.47, // Thai, Lao
        >= '\u1000' and <= '\u10ff' => 0.9,
        >= '\u3040' and <= '\u30ff' => 0.55, // kana
        >= '\uac00' and <= '\ud7a3' => 0.85, // Korean
        >= '\u2e80' and <= '\u9fff' or >= '\uf900' and <= '\ufaff' => _kind.PerIdeograph,
        _ when char.IsSurrogate(c) => 0.75,
        _ => 0.6,
    };

    /// <summary>Counts a run of symbols, including the letters after a single symbol: <c>-fi</c> and <c>(x</c> are one token.</summary>
    private readonly int Symbols(int at, ref double tokens)
    {
        int start = at;
        double wide = 0;
        for (; at < _text.Length && !char.IsWhiteSpace(_text[at]) && !char.IsDigit(_text[at]) && !char.IsLetter(_text[at]) && !IsMark(_text[at]); at++)
            wide += char.IsAscii(_text[at]) ? 0 : char.IsSurrogate(_text[at]) ? 0.5 : 1;
        int ascii = at - start - (int)wide;
        bool joinsWord = at - start == 1 && wide == 0 && at < _text.Length && char.IsAsciiLetter(_text[at]) && (start == 0 || _text[start - 1] != ' ');
        if (joinsWord && _text[start] is '.' or '_' or '-' or '(' or '/' or ' ')
            return at;
        if (joinsWord)
        {
            tokens += 0.4;
            return at;
        }
        while (at < _text.Length && _text[at] is '\n' or '\r')
            at++; // line breaks belong to the preceding symbols
        tokens += Math.Max(1, wide + Math.Ceiling(Math.Max(0, ascii) / 3.0));
        return at;
    }

    /// <summary>Returns the end of a run of random letters and digits, such as base64, a hash or a key; 0 if there is no such run.</summary>
    private readonly int RandomRun(int at)
    {
        const int Shortest = 20;
        if (!char.IsAsciiLetterOrDigit(_text[at]) || at + Shortest > _text.Length)
            return 0;
        int end = at, changes = 0;
        for (; end < _text.Length && end - at < 4 * SegmentLength && (char.IsAsciiLetterOrDigit(_text[end]) || _text[end] is '+' or '/' or '='); end++)
        {
            if (end > at && Class(_text[end - 1]) != Class(_text[end]) && !(char.IsAsciiLetterUpper(_text[end - 1]) && char.IsAsciiLetterLower(_text[end])))
                changes++;
        }
        return end - at >= Shortest && changes >= 0.22 * (end - at) ? end : 0;

        static int Class(char c) => char.IsAsciiDigit(c) ? 0 : char.IsAsciiLetterLower(c) ? 1 : char.IsAsciiLetterUpper(c) ? 2 : 3;
    }

    private readonly int Random(int at, int end, ref double tokens)
    {
        foreach (char c in _text[at..end])
            tokens += char.IsAsciiDigit(c) ? 1 : char.IsAsciiLetter(c) ? 1 / RandomLettersPerToken : 0.5;
        return end;
    }

    private static bool IsLatin(char c) => c is < '\u0250' or >= '\u1e00' and <= '\u1eff' && char.IsLetter(c);

    private static bool IsMark(char c) =>
        !char.IsAscii(c) && char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
}
