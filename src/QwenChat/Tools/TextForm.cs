using System.Globalization;
using System.Text.RegularExpressions;

namespace QwenChat.Tools;

/// <summary>Checks the format of text values. Culture-dependent formats are rejected: '04.03.2026' could be March 4 or April 3.</summary>
internal static partial class TextForm
{
    /// <summary>Whether text is an ISO 8601 date, with or without a time.</summary>
    public static bool IsDateTime(string text) => DateTimePattern().IsMatch(text)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out _);

    public static bool IsDate(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    /// <summary>Whether text is a time span with hours and minutes. A number alone is rejected, because it could be days or ticks.</summary>
    public static bool IsTimeSpan(string text) => text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out _);

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex DateTimePattern();
}
