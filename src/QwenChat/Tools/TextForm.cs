using System.Globalization;
using System.Text.RegularExpressions;

namespace QwenChat.Tools;

/// <summary>The forms that texts may have. Whatever reads differently from culture to culture is refused: '04.03.2026' is April or March.</summary>
internal static partial class TextForm
{
    /// <summary>Whether a text is a date, with or without a time, as ISO 8601 writes it.</summary>
    public static bool IsDateTime(string text) => DateTimePattern().IsMatch(text)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out _);

    /// <summary>Whether a text is a date as ISO 8601 writes it.</summary>
    public static bool IsDate(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    /// <summary>Whether a text is a time span with hours and minutes; a bare number would be days to one reader and ticks to another.</summary>
    public static bool IsTimeSpan(string text) => text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out _);

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex DateTimePattern();
}
