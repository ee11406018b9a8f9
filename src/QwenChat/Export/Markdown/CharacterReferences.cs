using System.Globalization;
using System.Reflection;
using System.Text;

namespace QwenChat.Export.Markdown;

/// <summary>
/// Character references: <c>&amp;amp;</c>, <c>&amp;#65;</c>, <c>&amp;#x41;</c>. The names are those of the HTML standard
/// (https://html.spec.whatwg.org/multipage/named-characters.html), which CommonMark uses.
/// </summary>
internal static class CharacterReferences
{
    /// <summary>The maximum length of a reference, from the <c>&amp;</c> to the <c>;</c>.</summary>
    private const int MaximumLength = 34;

    private static readonly Lazy<Dictionary<string, string>> s_names = new(ReadNames);

    /// <summary>Reads the reference at an index.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">The index of the <c>&amp;</c>.</param>
    /// <param name="length">The length of the reference; 0 if there is no reference.</param>
    /// <returns>The referenced characters.</returns>
    public static string Read(ReadOnlySpan<char> text, int at, out int length)
    {
        length = 0;
        var rest = text[at..Math.Min(text.Length, at + MaximumLength)];
        int end = rest.IndexOf(';');
        if (end < 2)
            return "";
        var name = rest[1..end];
        string? characters = name[0] == '#' ? Number(name[1..]) : s_names.Value.GetValueOrDefault(name.ToString());
        length = characters is null ? 0 : end + 1;
        return characters ?? "";
    }

    private static string? Number(ReadOnlySpan<char> number)
    {
        bool isHex = number is ['x' or 'X', ..];
        var digits = isHex ? number[1..] : number;
        if (digits.IsEmpty || digits.Length > (isHex ? 6 : 7) || digits.IndexOfAnyExcept(isHex ? "0123456789abcdefABCDEF" : "0123456789") >= 0)
            return null;
        int code = int.Parse(digits, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture);
        return code != 0 && Rune.TryCreate(code, out var rune) ? rune.ToString() : "\uFFFD";
    }

    private static Dictionary<string, string> ReadNames()
    {
        var names = new Dictionary<string, string>(2200, StringComparer.Ordinal);
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("entities.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            string[] parts = line.Split(' ');
            names[parts[0]] = string.Concat(parts.Skip(1)
                .Select(code => new Rune(int.Parse(code, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ToString()));
        }
        return names;
    }
}
