namespace QwenChat.Protocols.Responses;

/// <summary>Says how likely two texts are two versions of one: the pieces that have come, and the whole that an event repeats.</summary>
internal static class TextSimilarity
{
    public const int Same = 4, Beginning = 3, Gaps = 1, Unknown = 0, Different = -2;

    /// <summary>Compares the text so far with a whole one.</summary>
    /// <returns>
    /// <see cref="Unknown"/> when one is empty; <see cref="Gaps"/> when one is the other with pieces left out, as after a delta that was lost.
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

    /// <summary>True when a text has only characters of another, in their order.</summary>
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
