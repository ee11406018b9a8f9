namespace QwenChat.Protocols.Responses;

/// <summary>Rates how likely it is that the received deltas and the complete text of an event are versions of the same text.</summary>
internal static class TextSimilarity
{
    public const int Same = 4, Beginning = 3, Gaps = 1, Unknown = 0, Different = -2;

    /// <returns>
    /// <see cref="Unknown"/> if either string is empty; <see cref="Gaps"/> if one string is the other with parts missing, as after a lost delta.
    /// </returns>
    public static int Of(string told, string whole)
    {
        if (told.Length == 0 || whole.Length == 0)
            return Unknown;
        var (shorter, longer) = told.Length <= whole.Length ? (told, whole) : (whole, told);
        if (longer.StartsWith(shorter, StringComparison.Ordinal))
            return shorter.Length == longer.Length ? Same : Beginning;
        return shorter.Length * 2 >= longer.Length && IsWithin(shorter, longer) ? Gaps : Different;
    }

    /// <summary>Whether the shorter string is the longer string with characters omitted.</summary>
    private static bool IsWithin(string shorter, string longer)
    {
        int at = 0;
        foreach (char c in longer)
        {
            if (at < shorter.Length && shorter[at] == c)
                at++;
        }
        return at == shorter.Length;
    }
}
