using System.Text.Json;

namespace QwenChat.Protocols.Catalogue;

/// <summary>
/// Reads members of an entry of the service's lists. A member of another type than is documented counts as absent: one odd entry of hundreds must not
/// take the others along.
/// </summary>
internal static class ListingValue
{
    /// <summary>No name of a model is longer; a longer one is a fault.</summary>
    public const int LongestName = 200;

    /// <summary>A name that can be one of a model: not empty, of sensible length, without control characters.</summary>
    public static string? Name(JsonElement? parent, string member) =>
        Text(parent, member)?.Trim() is { Length: > 0 and <= LongestName } name && !name.Any(char.IsControl) ? name : null;

    public static string? Text(JsonElement? parent, string member) =>
        Member(parent, member) is { ValueKind: JsonValueKind.String } text ? TextOf(text) : null;

    /// <summary>The text of a string; null where it is none, as half a surrogate pair.</summary>
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

    /// <summary>A finite number, which may be given as text.</summary>
    public static double? Number(JsonElement? parent, string member) => Member(parent, member) switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetDouble(out double value) && double.IsFinite(value) => value,
        { ValueKind: JsonValueKind.String } when double.TryParse(Text(parent, member), System.Globalization.NumberStyles.Float,
            System.Globalization.CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) => value,
        _ => null,
    };

    public static JsonElement? Object(JsonElement? parent, string member) =>
        Member(parent, member) is { ValueKind: JsonValueKind.Object } value ? value : null;

    /// <summary>The elements of a list; none where there is no list.</summary>
    public static IEnumerable<JsonElement> List(JsonElement? parent, string member) =>
        Member(parent, member) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    private static JsonElement? Member(JsonElement? parent, string member) =>
        parent is { ValueKind: JsonValueKind.Object } element && element.TryGetProperty(member, out var value) ? value : null;
}
