namespace QwenChat.Media;

/// <summary>Addresses that hold a file themselves: <c>data:image/png;base64,…</c> (RFC 2397).</summary>
internal static class DataAddress
{
    /// <summary>Whether an address is one.</summary>
    public static bool Is(string address) => address.StartsWith("data:", StringComparison.OrdinalIgnoreCase);

    /// <summary>The address of a file's bytes.</summary>
    public static string Of(string mime, ReadOnlySpan<byte> bytes) => $"data:{mime};base64,{Convert.ToBase64String(bytes)}";

    /// <summary>How long the address of so many bytes is.</summary>
    public static long LengthOf(string mime, long bytes) => "data:;base64,".Length + mime.Length + (bytes + 2) / 3 * 4;

    /// <summary>The bytes of an address that someone typed.</summary>
    /// <exception cref="QwenException">It is not a data address, or its contents are not base64.</exception>
    public static byte[] Read(string address)
    {
        int comma = address.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0 || !address.AsSpan(0, comma).EndsWith(";base64", StringComparison.OrdinalIgnoreCase))
            throw Refuse("does not look like data:image/png;base64,…");
        var bytes = new byte[(address.Length - comma) / 4 * 3 + 3];
        if (!Convert.TryFromBase64Chars(address.AsSpan(comma + 1), bytes, out int count))
            throw Refuse("is not base64 behind its comma");
        return count > 0 ? bytes[..count] : throw Refuse("is empty");

        QwenException Refuse(string why) => new(QwenErrorKind.MediaRefused,
            $"The data address '{address[..Math.Min(address.Length, 40)]}…' {why}. Give the file's path instead: QwenChat reads and encodes it.");
    }
}
