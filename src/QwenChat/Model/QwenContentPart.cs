using System.Text;
using QwenChat.Model;
using QwenChat.Text;

namespace QwenChat;

/// <summary>One part of an item's content.</summary>
/// <param name="Type">The part's type, as named by the API: <c>text</c>, <c>input_text</c>, <c>output_text</c>, <c>image_url</c>, <c>image</c> …</param>
/// <param name="Text">The part's text; null for media.</param>
/// <param name="Url">The URL of a media part (http, oss or data); null for text.</param>
public sealed record QwenContentPart(string Type, string? Text, string? Url)
{
    private readonly string? _address = Url;

    /// <summary>The URL of a media part (http, oss or data); null for text. A data URL is built on access and may be many megabytes long.</summary>
    public string? Url => Inline is null ? _address : _address + Encoding.UTF8.GetString(Inline.Json.Span);

    /// <summary>The base64 data of a data URL, stored separately from the beginning of the URL; null for short data and other URLs.</summary>
    internal InlineData? Inline { get; init; }

    internal bool IsMedia => _address is not null;

    /// <summary>Returns the part's text or its URL. The data of a data URL is omitted.</summary>
    /// <returns>A short form of the part.</returns>
    public override string ToString() => Text ?? ShortAddress() ?? Type;

    private string? ShortAddress()
    {
        int comma = _address is not null && _address.StartsWith("data:", StringComparison.OrdinalIgnoreCase)
            ? _address.IndexOf(',', StringComparison.Ordinal) : -1;
        if (comma < 0)
            return _address;
        long base64 = _address!.Length - comma - 1 + (Inline?.Json.Length ?? 0);
        return $"{_address[..(comma + 1)]}… ({Quantity.Of(base64 * 3 / 4, "byte")})";
    }
}
