namespace QwenChat.Media;

/// <summary>Reads and writes data URLs, which contain the bytes of a file: <c>data:image/png;base64,…</c> (RFC 2397).</summary>
internal static class DataAddress
{
    /// <summary>The maximum number of characters of a data URL in an error message.</summary>
    private const int ShownLength = 40;

    public static bool Is(string address) => address.StartsWith("data:", StringComparison.OrdinalIgnoreCase);

    public static string Of(string mime, ReadOnlySpan<byte> bytes) => $"data:{mime};base64,{Convert.ToBase64String(bytes)}";

    /// <summary>Returns the length of the data URL of a file with a specified number of bytes.</summary>
    public static long LengthOf(string mime, long bytes) => "data:;base64,".Length + mime.Length + (bytes + 2) / 3 * 4;

    /// <summary>Returns the bytes of a data URL from the user.</summary>
    /// <exception cref="QwenException">The text is not a data URL, or its content is empty or not base64.</exception>
    public static byte[] Read(string address)
    {
        int comma = address.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0 || !address.AsSpan(0, comma).EndsWith(";base64", StringComparison.OrdinalIgnoreCase))
            throw Refuse("does not begin like 'data:image/png;base64,'");
        var bytes = new byte[(address.Length - comma) / 4 * 3 + 3];
        if (!Convert.TryFromBase64Chars(address.AsSpan(comma + 1), bytes, out int count))
            throw Refuse("is not valid base64 after the comma");
        return count > 0 ? bytes[..count] : throw Refuse("contains no data");

        QwenException Refuse(string why) => new(QwenErrorKind.MediaRefused,
            $"The data URL '{(address.Length > ShownLength ? address[..ShownLength] + "…" : address)}' {why}. "
            + "Specify the path of the file instead; QwenChat reads and encodes the file.");
    }
}
