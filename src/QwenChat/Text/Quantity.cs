using System.Globalization;

namespace QwenChat.Text;

/// <summary>Formats counts for messages, such as <c>1 turn</c> and <c>2 turns</c>.</summary>
internal static class Quantity
{
    /// <summary>Returns a number and a noun, in the plural unless the number is 1.</summary>
    /// <param name="count">The number.</param>
    /// <param name="noun">The singular of a noun whose plural ends with s.</param>
    /// <param name="culture">The culture of the number; null for the invariant culture.</param>
    public static string Of(long count, string noun, CultureInfo? culture = null) =>
        string.Create(culture ?? CultureInfo.InvariantCulture, $"{count:N0} {noun}{(count == 1 ? "" : "s")}");
}
