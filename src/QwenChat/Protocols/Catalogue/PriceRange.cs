using System.Globalization;
using System.Text.RegularExpressions;

namespace QwenChat.Protocols.Catalogue;

/// <summary>The range of input tokens to which a price in the service's list applies.</summary>
/// <param name="From">The exclusive lower limit; 0 for none.</param>
/// <param name="UpTo">The inclusive upper limit; null for none.</param>
internal readonly partial record struct PriceRange(int From, int? UpTo)
{
    // K is 1,024 rather than 1,000: the last tier of qwen3-max ends at 256k, and the model accepts 258,048 tokens.
    private const int Kilo = 1024, Mega = 1024 * 1024;

    /// <summary>Reads a range in the service's notation: <c>Default</c>, <c>输入&lt;=32k</c>, <c>32k&lt;Input&lt;=128k</c>, <c>256k&lt;输入</c>.</summary>
    /// <returns>Null for any other notation, because its meaning is unknown.</returns>
    public static PriceRange? Read(string? name)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Trim().Equals("Default", StringComparison.OrdinalIgnoreCase))
            return new PriceRange(0, null);
        var match = Form().Match(name.Trim());
        if (!match.Success || !(match.Groups["low"].Success || match.Groups["high"].Success))
            return null;
        int? low = Count(match.Groups["low"], 0), high = Count(match.Groups["high"], null);
        return low is null || (match.Groups["high"].Success && high is null) || high <= low ? null : new PriceRange(low.Value, high);
    }

    private static int? Count(Group group, int? absent)
    {
        if (!group.Success)
            return absent;
        int unit = char.ToLowerInvariant(group.Value[^1]) switch { 'k' => Kilo, 'm' => Mega, _ => 1 };
        string digits = group.Value.TrimEnd('k', 'K', 'm', 'M');
        return decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)
            && number > 0 && number * unit <= int.MaxValue ? (int)(number * unit) : null;
    }

    [GeneratedRegex(@"^(?:(?<low>[0-9.]{1,12}[kKmM]?)\s*<\s*)?(?:input|输入|輸入)(?:\s*(?:<=|≤)\s*(?<high>[0-9.]{1,12}[kKmM]?))?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
