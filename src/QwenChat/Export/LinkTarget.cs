using System.Globalization;

namespace QwenChat.Export;

/// <summary>Where a link in Markdown of others leads: only addresses whose schemes are known to run nothing may be links.</summary>
internal static class LinkTarget
{
    /// <summary>So much of a target is looked at. What a scheme can be hidden in is shorter.</summary>
    private const int MaximumLength = 500;

    private const int LongestScheme = 32;

    private static readonly string[] s_schemes = ["http", "https", "mailto", "tel", "ftp", "ftps"];

    /// <summary>
    /// True when what begins at a place has a scheme that is not known to be harmless, such as <c>javascript:</c>. It is read as readers of
    /// Markdown and browsers do: without escapes, entities, blanks and control characters.
    /// </summary>
    /// <param name="text">The text that follows <c>](</c> or <c>]:</c>.</param>
    public static bool IsUnsafe(ReadOnlySpan<char> text)
    {
        text = text.TrimStart();
        if (text.StartsWith("<"))
            text = text[1..];
        text = text[..Math.Min(text.Length, MaximumLength)];
        Span<char> scheme = stackalloc char[LongestScheme];
        int length = 0;
        for (int at = 0; at < text.Length && length < LongestScheme;)
        {
            char c = Read(text, ref at);
            if (c == ':')
                return !IsKnown(scheme[..length]);
            if (c is '/' or '?' or '#' or ')' or '>')
                return false;
            if (c > ' ' && c != '\\' && !char.IsControl(c) && char.GetUnicodeCategory(c) != UnicodeCategory.Format)
                scheme[length++] = c;
        }
        return false;
    }

    private static bool IsKnown(ReadOnlySpan<char> scheme)
    {
        foreach (string known in s_schemes)
        {
            if (scheme.Equals(known, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }

    /// <summary>The next character, whether it stands there itself or as an entity.</summary>
    private static char Read(ReadOnlySpan<char> text, ref int at)
    {
        var rest = text[at..];
        int end = rest[0] == '&' ? rest[..Math.Min(rest.Length, 16)].IndexOf(';') : -1;
        if (end < 0)
        {
            at++;
            return rest[0];
        }
        at += end + 1;
        var name = rest[1..end];
        if (name.StartsWith("#x", StringComparison.OrdinalIgnoreCase)
            && int.TryParse(name[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int hex))
            return hex is > 0 and < char.MaxValue ? (char)hex : '&';
        if (name.StartsWith("#") && int.TryParse(name[1..], NumberStyles.None, CultureInfo.InvariantCulture, out int code))
            return code is > 0 and < char.MaxValue ? (char)code : '&';
        // The named ones that stand for what a scheme ends with, or for a blank; any other makes it one that nobody knows.
        return name.Equals("colon", StringComparison.OrdinalIgnoreCase) ? ':'
            : name.Equals("tab", StringComparison.OrdinalIgnoreCase) || name.Equals("newline", StringComparison.OrdinalIgnoreCase) ? ' '
            : name.Equals("sol", StringComparison.OrdinalIgnoreCase) ? '/' : '&';
    }
}
