using System.Buffers;
using System.Globalization;

namespace QwenChat.Export.Markdown;

/// <summary>Validates link targets in untrusted Markdown. Only schemes that are known to be harmless are allowed.</summary>
internal static class LinkTarget
{
    /// <summary>The maximum length of an email address, and the number of characters of a URL that are searched for its scheme.</summary>
    private const int MaximumLength = 500;

    private const int LongestScheme = 32;

    private static readonly SearchValues<char> s_scheme = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+.-");
    private static readonly SearchValues<char> s_host = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-");
    private static readonly SearchValues<char> s_mailbox =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.!#$%&'*+/=?^_`{|}~-");

    private static readonly SearchValues<char> s_encoded = SearchValues.Create(" \"<>\\`");

    private static readonly SearchValues<char> s_foreign =
        SearchValues.Create("\u2018\u2019\u201C\u201D" + string.Concat(Enumerable.Range(0x3000, 0x40).Concat(Enumerable.Range(0xFF01, 0x0F))
            .Concat([0xFF1A, 0xFF1B, 0xFF1F, 0xFF3B, 0xFF3D, 0xFF5B, 0xFF5D]).Select(c => (char)c)));

    private static readonly string[] s_schemes = ["http", "https", "mailto", "tel", "ftp", "ftps"];

    /// <summary>Returns whether a URL is a web page or an email address. Neither can run code.</summary>
    public static bool IsPage(string address) => ShownMedia.IsWebAddress(address)
        || address.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) && IsMail(address.AsSpan("mailto:".Length));

    /// <summary>Returns whether text is a bare email address, such as <c>ada@example.org</c>.</summary>
    public static bool IsMail(ReadOnlySpan<char> address)
    {
        int at = address.IndexOf('@');
        return at > 0 && address.Length <= MaximumLength && address[..at].IndexOfAnyExcept(s_mailbox) < 0 && address[(at + 1)..].IndexOfAnyExcept(s_host) < 0
            && char.IsAsciiLetterOrDigit(address[^1]) && char.IsAsciiLetterOrDigit(address[at + 1]) && address.IndexOf("..") < 0;
    }

    public static bool HasScheme(ReadOnlySpan<char> address)
    {
        int colon = address.IndexOf(':');
        return colon is >= 2 and <= LongestScheme && char.IsAsciiLetter(address[0]) && address[..colon].IndexOfAnyExcept(s_scheme) < 0;
    }

    /// <summary>Returns the URL with spaces and delimiters percent-encoded.</summary>
    public static string Encode(string address) => address.AsSpan().IndexOfAny(s_encoded) < 0 ? address
        : address.Replace(" ", "%20", StringComparison.Ordinal).Replace("\"", "%22", StringComparison.Ordinal).Replace("<", "%3C", StringComparison.Ordinal)
            .Replace(">", "%3E", StringComparison.Ordinal).Replace("\\", "%5C", StringComparison.Ordinal).Replace("`", "%60", StringComparison.Ordinal);

    /// <summary>Returns a bare URL without the punctuation of the surrounding sentence.</summary>
    public static ReadOnlySpan<char> Trimmed(ReadOnlySpan<char> address)
    {
        // Full-width punctuation and curly quotation marks end the URL.
        int foreign = address.IndexOfAny(s_foreign);
        address = foreign > 0 ? address[..foreign] : address;
        while (address.Length > 0 && (".,;:!?*_~'".Contains(address[^1], StringComparison.Ordinal)
            || address[^1] == ')' && address.Count(')') > address.Count('(')))
            address = address[..^1];
        return address;
    }

    /// <summary>
    /// Returns whether text begins with a scheme that is unknown or may run code, for example <c>javascript:</c>. As in Markdown readers and browsers,
    /// escapes and entities are resolved, and white space and control characters are ignored.
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

    /// <summary>Reads the next character, and decodes it if it is an entity.</summary>
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
        // Only named entities that matter in a scheme are decoded. Any other named entity makes the scheme unknown.
        return name.Equals("colon", StringComparison.OrdinalIgnoreCase) ? ':'
            : name.Equals("tab", StringComparison.OrdinalIgnoreCase) || name.Equals("newline", StringComparison.OrdinalIgnoreCase) ? ' '
            : name.Equals("sol", StringComparison.OrdinalIgnoreCase) ? '/' : '&';
    }
}
