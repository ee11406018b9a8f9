namespace QwenChat.Cost;

/// <summary>Sums that saturate at the maximum value instead of overflowing, because their inputs come from servers and files.</summary>
internal static class SaturatingMath
{
    public static long Add(long a, long b) => b > 0 && a > long.MaxValue - b ? long.MaxValue : a + b;

    public static decimal Add(decimal a, decimal b) => b > 0 && a > decimal.MaxValue - b ? decimal.MaxValue : a + b;

    /// <summary>Returns the result of a calculation with non-negative amounts, or the maximum amount on overflow.</summary>
    public static decimal? Amount(Func<decimal?> calculate)
    {
        try
        {
            return calculate();
        }
        catch (OverflowException)
        {
            return decimal.MaxValue;
        }
    }
}
