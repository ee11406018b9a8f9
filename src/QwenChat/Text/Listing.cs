namespace QwenChat.Text;

/// <summary>Writes lists of words in messages.</summary>
internal static class Listing
{
    /// <summary>Returns <c>a</c>, <c>a and b</c>, or <c>a, b and c</c>; an empty string if there are no words.</summary>
    public static string And(IEnumerable<string> words)
    {
        string[] all = [.. words];
        return all.Length < 2 ? string.Concat(all) : $"{string.Join(", ", all.SkipLast(1))} and {all[^1]}";
    }

    /// <summary>Returns a sentence such as <c> Models that do: a, b.</c>, with a leading space; an empty string if there are no words.</summary>
    public static string Sentence(string beginning, IReadOnlyCollection<string> words) =>
        words.Count == 0 ? "" : $" {beginning}: {string.Join(", ", words)}.";
}
