using System.Buffers.Binary;
using QwenChat.Media;
using Xunit;

namespace QwenChat.Tests.Media;

public class ImageSizeTests
{
    [Theory]
    [InlineData(20, 30, 20, 30)]
    [InlineData(20, -30, 20, 30)]
    [InlineData(20, int.MinValue, null, null)]
    [InlineData(-1, 30, null, null)]
    [InlineData(int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue)]
    public void The_size_of_a_bitmap_is_read_unless_it_is_negative(int width, int height, int? readWidth, int? readHeight)
    {
        byte[] head = new byte[54];
        head[14] = 40;
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(22), height);
        AssertSize(readWidth, readHeight, ImageSize.Read(MediaType.Bmp, head));
    }

    [Theory]
    [InlineData(20u, 30u, 20, 30)]
    [InlineData(0x80000000u, 30u, null, null)]
    [InlineData(20u, 0xFFFFFFFFu, null, null)]
    public void The_size_of_a_png_is_read_unless_it_is_too_large(uint width, uint height, int? readWidth, int? readHeight)
    {
        byte[] head = new byte[24];
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(16), width);
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(20), height);
        AssertSize(readWidth, readHeight, ImageSize.Read(MediaType.Png, head));
    }

    [Fact]
    public void No_header_causes_an_exception()
    {
        var random = new Random(7);
        byte[] head = new byte[64];
        for (int i = 0; i < 100_000; i++)
        {
            random.NextBytes(head);
            foreach (byte extreme in (byte[])[0, 0xFF, 0x80])
            {
                head.AsSpan(random.Next(60), 4).Fill(extreme);
                foreach (var type in (MediaType[])[MediaType.Png, MediaType.Gif, MediaType.Bmp, MediaType.Jpeg])
                {
                    if (ImageSize.Read(type, head.AsSpan(0, random.Next(64))) is var (width, height))
                        Assert.True(width >= 0 && height >= 0, $"{type.Name}: {width} x {height}");
                }
            }
        }
    }

    private static void AssertSize(int? width, int? height, (int Width, int Height)? read) => Assert.Equal((width, height), (read?.Width, read?.Height));
}
