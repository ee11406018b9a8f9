using System.Text.Json;

namespace QwenChat.Tools;

/// <summary>Finds names that occur more than once in one object, and are therefore ambiguous.</summary>
internal static class UniqueNames
{
    /// <summary>Returns the first name that occurs more than once in an object; null if all names are unique.</summary>
    public static string? Find(JsonElement element, StringComparer? comparer = null)
    {
        if (element.ValueKind == JsonValueKind.Array)
            return element.EnumerateArray().Select(one => Find(one, comparer)).FirstOrDefault(found => found is not null);
        if (element.ValueKind != JsonValueKind.Object)
            return null;
        var names = new HashSet<string>(comparer ?? StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            if (!names.Add(member.Name))
                return member.Name;
            if (Find(member.Value, comparer) is { } inner)
                return inner;
        }
        return null;
    }
}
