namespace QwenChat.Http;

/// <summary>The maximum size of a response.</summary>
/// <param name="Bytes">The size in bytes.</param>
/// <param name="Advice">The advice in the error message if the response is larger.</param>
/// <param name="Kind">The kind of the error.</param>
internal sealed record ResponseLimit(long Bytes, string Advice, QwenErrorKind Kind)
{
    /// <summary>The default limit. The longest replies (131,072 tokens) are much smaller, even with a JSON event for each token.</summary>
    public static ResponseLimit OfReplies { get; } = new(128L * 1024 * 1024,
        "The server is probably not compatible with QwenChat. Check the address of the connection.", QwenErrorKind.ProtocolError);
}
