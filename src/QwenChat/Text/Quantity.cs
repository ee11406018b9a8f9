using System.Globalization;

namespace QwenChat.Text;

/// <summary>Formats counts for messages, such as <c>1 turn</c> and <c>2 turns</c>.</summary>
internal static class Quantity
{
    /// <summary>Returns a number and a noun. The noun gets the plural ending "s" unless the number is 1.</summary>
    public static string Of(long count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {noun}{(count == 1 ? "" : "s")}");

    /// <summary>Returns a number, a noun and the verb: <c>1 turn is</c>, <c>2 turns are</c>.</summary>
    public static string Are(long count, string noun) => Of(count, noun) + (count == 1 ? " is" : " are");

    /// <summary>Returns a noun and a range of numbers: <c>turn 3</c>, <c>turns 3 to 5</c>.</summary>
    public static string Range(string noun, int first, int last) =>
        first == last ? $"{noun} {first}" : $"{noun}s {first} to {last}";
}
