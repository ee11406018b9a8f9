using System.Globalization;
using QwenChat.Model;
using QwenChat.Text;

namespace QwenChat.Policy;

/// <summary>
/// Describes a media item for a model that reads the conversation without the media. The description has the kind and, if the URL contains them, the name, type
/// and size.
/// </summary>
internal static class QuotedMedium
{
    private const int LongestName = 80;

    /// <returns>A string such as <c>image photo.png</c>, or <c>image, image/png, 35 kB</c>.</returns>
    public static string Describe(DraftPart part)
    {
        string kind = part.Frames.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $"{part.Kind} of {part.Frames.Count} frames") : part.Kind;
        string address = part.Value;
        if (!address.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
            return NameIn(address) is { Length: > 0 } name ? $"{kind} {name}" : kind;
        int comma = address.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0)
            return kind;
        string type = address["data:".Length..comma].Split(';')[0];
        string size = Size(address.AsSpan(comma + 1).TrimEnd('=').Length * 3L / 4);
        return type.Length is 0 or > LongestName || type.Any(char.IsControl) ? $"{kind}, {size}" : $"{kind}, {type.ToLowerInvariant()}, {size}";
    }

    /// <summary>Returns the file name in a URL; empty if there is none. The query string is ignored, because it may contain keys.</summary>
    private static string NameIn(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri))
            return "";
        string name = Uri.UnescapeDataString(uri.AbsolutePath[(uri.AbsolutePath.LastIndexOf('/') + 1)..]);
        return name.Length > LongestName ? "…" + name[^LongestName..] : name;
    }

    private static string Size(long bytes) => bytes < 10_000 ? Quantity.Of(bytes, "byte")
        : bytes < 1_000_000 ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1000} kB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB");
}
