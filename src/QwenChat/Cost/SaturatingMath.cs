namespace QwenChat.Cost;

/// <summary>Sums that stop at the largest number instead of starting over: what is added up is what servers and files say.</summary>
internal static class SaturatingMath
{
    public static long Add(long a, long b) => b > 0 && a > long.MaxValue - b ? long.MaxValue : a + b;

    public static decimal Add(decimal a, decimal b) => b > 0 && a > decimal.MaxValue - b ? decimal.MaxValue : a + b;

    /// <summary>The result of a calculation with amounts from 0, or the largest amount.</summary>
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
