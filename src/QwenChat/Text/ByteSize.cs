namespace QwenChat.Text;

/// <summary>Formats sizes for messages, such as <c>12.5 MB</c>.</summary>
internal static class ByteSize
{
    private const double Megabyte = 1024 * 1024, Gigabyte = 1024 * Megabyte;

    public static string Of(long bytes) =>
        bytes < Megabyte ? Quantity.Of(bytes, "byte")
        : bytes < Gigabyte ? FormattableString.Invariant($"{bytes / Megabyte:#,0.#} MB") : FormattableString.Invariant($"{bytes / Gigabyte:#,0.#} GB");

    /// <summary>Returns a size and the limit that it exceeds. If both would be shown as the same size, they are in bytes.</summary>
    public static (string Size, string Limit) Over(long bytes, long limit) =>
        Of(bytes) is var size && Of(limit) is var most && size != most ? (size, most) : (Quantity.Of(bytes, "byte"), Quantity.Of(limit, "byte"));
}
