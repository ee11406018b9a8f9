using System.Buffers.Binary;

namespace QwenChat.Media;

/// <summary>Reads the width and height of an image from its header.</summary>
internal static class ImageSize
{
    /// <summary>
    /// Reads the size from the first bytes of an image; null if the format is not supported, or if these bytes do not contain the size. Only the service
    /// then validates the image.
    /// </summary>
    public static (int Width, int Height)? Read(MediaType type, ReadOnlySpan<byte> head)
    {
        if (type == MediaType.Png && head.Length >= 24)
            return Valid(BinaryPrimitives.ReadInt32BigEndian(head[16..]), BinaryPrimitives.ReadInt32BigEndian(head[20..]));
        if (type == MediaType.Gif && head.Length >= 10)
            return (BinaryPrimitives.ReadUInt16LittleEndian(head[6..]), BinaryPrimitives.ReadUInt16LittleEndian(head[8..]));
        // If the rows of a bitmap are stored top-down, the height is negative.
        if (type == MediaType.Bmp && head.Length >= 26 && head[14] >= 40)
        {
            int height = BinaryPrimitives.ReadInt32LittleEndian(head[22..]);
            return Valid(BinaryPrimitives.ReadInt32LittleEndian(head[18..]), height < 0 ? unchecked(-height) : height);
        }
        return type == MediaType.Jpeg ? ReadJpeg(head) : null;
    }

    /// <summary>Returns null for a negative size, which no valid header contains.</summary>
    private static (int Width, int Height)? Valid(int width, int height) => width < 0 || height < 0 ? null : (width, height);

    /// <summary>Reads the size from the frame header (SOF). The segments before it specify their own lengths.</summary>
    private static (int Width, int Height)? ReadJpeg(ReadOnlySpan<byte> head)
    {
        for (int at = 2; at + 9 <= head.Length && head[at] == 0xFF;)
        {
            byte marker = head[at + 1];
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
                return (BinaryPrimitives.ReadUInt16BigEndian(head[(at + 7)..]), BinaryPrimitives.ReadUInt16BigEndian(head[(at + 5)..]));
            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(head[(at + 2)..]);
        }
        return null;
    }
}
