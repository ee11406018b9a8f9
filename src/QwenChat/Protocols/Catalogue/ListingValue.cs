using System.Text.Json;

namespace QwenChat.Protocols.Catalogue;

/// <summary>
/// Reads members of an entry in the service's lists. A member of an undocumented type is treated as absent, so that one invalid entry does not make the whole
/// list unreadable.
/// </summary>
internal static class ListingValue
{
    /// <summary>The maximum length of a model name.</summary>
    public const int LongestName = 200;

    /// <summary>Returns a model name; null if the name is empty, too long, or contains control characters.</summary>
    public static string? Name(JsonElement? parent, string member) =>
        Text(parent, member)?.Trim() is { Length: > 0 and <= LongestName } name && !name.Any(char.IsControl) ? name : null;

    public static string? Text(JsonElement? parent, string member) =>
        Member(parent, member) is { ValueKind: JsonValueKind.String } text ? TextOf(text) : null;

    /// <summary>Returns the text of a string; null if the text is not valid because it contains half a surrogate pair.</summary>
    public static string? TextOf(JsonElement text)
    {
        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Returns a finite number, which may be written as a string.</summary>
    public static double? Number(JsonElement? parent, string member) => Member(parent, member) switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetDouble(out double value) && double.IsFinite(value) => value,
        { ValueKind: JsonValueKind.String } when double.TryParse(Text(parent, member), System.Globalization.NumberStyles.Float,
            System.Globalization.CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) => value,
        _ => null,
    };

    public static JsonElement? Object(JsonElement? parent, string member) =>
        Member(parent, member) is { ValueKind: JsonValueKind.Object } value ? value : null;

    public static IEnumerable<JsonElement> List(JsonElement? parent, string member) =>
        Member(parent, member) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    private static JsonElement? Member(JsonElement? parent, string member) =>
        parent is { ValueKind: JsonValueKind.Object } element && element.TryGetProperty(member, out var value) ? value : null;
}
