namespace QwenChat.Batch;

/// <summary>Reads lines of JSON. Only a line feed ends a line, because strings may contain U+2028 and similar characters.</summary>
internal static class JsonLines
{
    /// <summary>Returns the lines. Skips empty lines, and an incomplete last line, which has no line feed.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Of(ReadOnlyMemory<byte> bytes)
    {
        for (int end; (end = bytes.Span.IndexOf((byte)'\n')) >= 0; bytes = bytes[(end + 1)..])
        {
            if (!bytes.Span[..end].Trim(" \t\r"u8).IsEmpty)
                yield return bytes[..end];
        }
    }

    /// <summary>Reads a file line by line, and returns each line with its position. The last line may end without a line feed.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="mostBytes">The maximum number of bytes in a line.</param>
    /// <exception cref="InvalidDataException">A line is too long.</exception>
    public static IEnumerable<JsonLine> Of(Stream stream, int mostBytes)
    {
        byte[] block = new byte[64 * 1024];
        int length = 0, from = 0;
        long start = 0;
        for (bool more = true; more || from < length;)
        {
            int end = block.AsSpan(from, length - from).IndexOf((byte)'\n');
            if (end < 0 && more)
            {
                if (from > 0)
                {
                    block.AsSpan(from, length - from).CopyTo(block);
                    (length, from) = (length - from, 0);
                }
                if (length > mostBytes)
                    throw new InvalidDataException($"A line is longer than {mostBytes} bytes.");
                if (length == block.Length)
                    Array.Resize(ref block, block.Length * 2);
                int count = stream.Read(block, length, block.Length - length);
                (length, more) = (length + count, count > 0);
                continue;
            }
            int bytes = end < 0 ? length - from : end;
            if (!block.AsSpan(from, bytes).Trim(" \t\r"u8).IsEmpty)
                yield return new JsonLine(start, block.AsMemory(from, bytes));
            start += bytes + 1;
            from = Math.Min(from + bytes + 1, length);
        }
    }
}

/// <summary>A line of a file.</summary>
/// <param name="Start">The position of the first byte.</param>
/// <param name="Bytes">The content, valid until the next line is read.</param>
internal readonly record struct JsonLine(long Start, ReadOnlyMemory<byte> Bytes);
