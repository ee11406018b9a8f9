using System.Buffers;
using QwenChat.Text;

namespace QwenChat.Export;

/// <summary>A media item of a message, as it is displayed. Only data in the message is displayed; nothing is downloaded.</summary>
/// <param name="Kind"><c>image</c>, <c>video</c>, <c>audio</c> or <c>file</c>.</param>
/// <param name="Address">The data URL, if a browser can display it without running code; otherwise null.</param>
/// <param name="Label">The alternative text of an image, or the text to show if <paramref name="Address"/> is null.</param>
/// <param name="Link">A web URL to link to; otherwise null.</param>
internal sealed record ShownMedia(string Kind, string? Address, string Label, string? Link)
{
    // SVG is not included, because an SVG document can contain scripts.
    private static readonly HashSet<string> s_shown =
    [
        "image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/avif",
        "audio/wav", "audio/x-wav", "audio/mpeg", "audio/mp3", "audio/mp4", "audio/ogg", "audio/webm", "audio/flac", "audio/aac",
        "video/mp4", "video/webm", "video/ogg",
    ];

    private static readonly SearchValues<char> s_base64 = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");

    public static ShownMedia Of(string kind, string address)
    {
        if (!address.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
        {
            // Audio may be base64 without a data URL prefix.
            return IsWebAddress(address) ? new(kind, null, $"{kind}: {address}", address)
                : address.Length > 200 ? new(kind, null, $"{kind}, {Size(address.Length)}", null)
                : new(kind, null, $"{kind}: {address}", null);
        }
        int comma = address.IndexOf(',', StringComparison.Ordinal);
        string head = comma < 0 ? address[5..] : address[5..comma];
        string type = head.Split(';')[0].ToLowerInvariant();
        bool isShown = comma > 0 && head.Length == type.Length + ";base64".Length && head.EndsWith(";base64", StringComparison.OrdinalIgnoreCase)
            && s_shown.Contains(type) && type.StartsWith(kind, StringComparison.Ordinal) && address.AsSpan(comma + 1).IndexOfAnyExcept(s_base64) < 0;
        string what = type.Length is 0 or > 60 ? kind : type;
        return new(kind, isShown ? $"data:{type};base64,{address[(comma + 1)..]}" : null, $"{what}, {Size(address.Length - comma - 1)}", null);
    }

    /// <summary>Returns whether a URL can be a link: an http or https URL of limited length, without spaces or control characters.</summary>
    public static bool IsWebAddress(ReadOnlySpan<char> address) =>
        (address.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || address.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        && address.Length <= 4000 && !address.ContainsAnyInRange('\0', ' ');

    private static string Size(int base64Length) => base64Length * 3L / 4 is var bytes && bytes < 10_000 ? Quantity.Of(bytes, "byte")
        : bytes < 1_000_000 ? FormattableString.Invariant($"{bytes / 1000} kB") : FormattableString.Invariant($"{bytes / 1e6:0.0} MB");
}
