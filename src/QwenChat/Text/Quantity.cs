using System.Globalization;

namespace QwenChat.Text;

/// <summary>Formats counts for messages, such as <c>1 turn</c> and <c>2 turns</c>.</summary>
internal static class Quantity
{
    /// <summary>Returns a number and a noun. The noun gets the plural ending "s" unless the number is 1.</summary>
    public static string Of(long count, string noun, CultureInfo? culture = null) =>
        string.Create(culture ?? CultureInfo.InvariantCulture, $"{count:N0} {noun}{(count == 1 ? "" : "s")}");
}
