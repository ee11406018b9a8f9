using System.Buffers;
using QwenChat.Protocols.Errors;

namespace QwenChat.Protocols.Json;

/// <summary>
/// Splits consecutive JSON objects, in an array or separated by white space or commas. Some servers send such a sequence instead of events, or send an error
/// object after an answer.
/// </summary>
internal static class JsonSequence
{
    private static readonly SearchValues<byte> s_separators = SearchValues.Create(" \t\r\n,\u001e\0"u8);

    /// <summary>Whether the data continues after its first object.</summary>
    public static bool IsSeveral(ReadOnlySpan<byte> data)
    {
        int length = JsonExtent.LengthOf(data);
        return length >= 0 && length < data.Length;
    }

    /// <summary>Splits a body into its objects.</summary>
    /// <param name="body">The body, from its first byte that is not white space.</param>
    /// <returns>The objects; the body itself if it is a single object, or does not begin with an object.</returns>
    /// <exception cref="QwenException">An object is followed by data that is not a complete object.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> body)
    {
        bool isArray = !body.IsEmpty && body.Span[0] == (byte)'[';
        var rest = Skip(isArray ? body[1..] : body);
        int length = JsonExtent.LengthOf(rest.Span);
        if (length < 0 || (!isArray && length == rest.Length))
            return [body];
        var objects = new List<ReadOnlyMemory<byte>>();
        while (length >= 0)
        {
            objects.Add(rest[..length]);
            rest = Skip(rest[length..]);
            length = JsonExtent.LengthOf(rest.Span);
        }
        rest = rest[..rest.Span.TrimEnd(" \t\r\n"u8).Length];
        if (rest.IsEmpty || rest.Span.SequenceEqual("[DONE]"u8) || (isArray && rest.Span.SequenceEqual("]"u8)))
            return objects;
        throw rest.Span[0] == (byte)'{'
            ? new QwenException(QwenErrorKind.StreamBroken, "The response was interrupted before its end.") { Retryable = true, Retry = RetryAdvice.Soon,
            MayHaveArrived = true }
            : ErrorReader.Malformed("more data after its response", rest.Span);
    }

    /// <summary>Skips the separators between objects: white space, commas, and the record separator of JSON text sequences.</summary>
    private static ReadOnlyMemory<byte> Skip(ReadOnlyMemory<byte> rest)
    {
        int start = rest.Span.IndexOfAnyExcept(s_separators);
        return start < 0 ? default : rest[start..];
    }
}
