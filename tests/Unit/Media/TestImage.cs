using System.Buffers.Binary;

namespace QwenChat.Tests.Media;

/// <summary>Creates the smallest files that are recognized as images.</summary>
internal static class TestImage
{
    /// <summary>Returns the signature and header of a PNG file, padded to the requested length.</summary>
    public static byte[] Png(int width, int height, int length = 33)
    {
        var png = new byte[length];
        new byte[] { 0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 0, 0, 0, 13, (byte)'I', (byte)'H', (byte)'D', (byte)'R' }.CopyTo(png, 0);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), height);
        return png;
    }

    public static byte[] Jpeg(ushort width, ushort height)
    {
        byte[] jpeg = [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 0, 0, 0xFF, 0xC0, 0, 17, 8, 0, 0, 0, 0, 3];
        BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(13), height);
        BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(15), width);
        return jpeg;
    }
}
