using System.Text;
using QwenChat.Media;
using Xunit;

namespace QwenChat.Tests.Media;

public sealed class MediaSourceTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_becomes_a_data_address()
    {
        var source = MediaSource.OfFile(_folder.Write("photo.jpg", TestImage.Png(20, 30)));
        Assert.Equal(MediaType.Png, source.Type);
        Assert.Equal((20, 30), source.Pixels);
        Assert.Equal("data:image/png;base64," + Convert.ToBase64String(TestImage.Png(20, 30)), source.ToDataAddress());
    }

    [Fact]
    public void A_missing_file_is_reported() => AssertRefused("does not exist", () => MediaSource.OfFile(Path.Combine(_folder.Path, "none.png")));

    [Fact]
    public void A_folder_is_reported() => AssertRefused("is a folder", () => MediaSource.OfFile(_folder.Path));

    [Fact]
    public void An_empty_file_is_reported() => AssertRefused("is empty", () => MediaSource.OfFile(_folder.Write("empty.png", [])));

    [Fact]
    public void A_locked_file_is_reported()
    {
        string path = _folder.Write("locked.png", TestImage.Png(20, 20));
        using var held = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None);
        AssertRefused("cannot be read", () => MediaSource.OfFile(path));
    }

    [Fact]
    public void Text_named_as_an_image_is_reported_as_text()
    {
        var source = MediaSource.OfFile(_folder.Write("notes.png", "Just some notes."u8.ToArray()));
        AssertRefused("is a text file according to its first bytes", () => MediaPart.Of(MediaKind.Image, [source]));
        AssertRefused($"Get-Item '{source.Name}' | Send-QwenMessage", () => MediaPart.Of(MediaKind.Image, [source]));
    }

    [Fact]
    public void Bytes_that_are_text_are_reported_without_a_path() =>
        AssertRefused("[Text.Encoding]::UTF8.GetString($bytes)", () => MediaPart.Of(MediaKind.Image, [MediaSource.OfBytes("Just some notes."u8.ToArray())]));

    [Fact]
    public void A_huge_file_is_checked_without_reading_it()
    {
        string path = _folder.Write("huge.png", TestImage.Png(20, 20));
        using (var file = new FileStream(path, FileMode.Open))
            file.SetLength(3L * 1024 * 1024 * 1024);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var source = MediaSource.OfFile(path);
        AssertRefused("is 3 GB; ", () => new MediaCheck(QwenApi.ChatCompletions, "qwen3-vl-plus", null).Check("", [new MediaPart(MediaKind.Image, [source])]));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1024 * 1024);
    }

    [Fact]
    public void A_file_that_grew_is_reported()
    {
        string path = _folder.Write("a.png", TestImage.Png(20, 20));
        var source = MediaSource.OfFile(path);
        File.AppendAllText(path, "more");
        AssertRefused("changed while", () => source.ToDataAddress());
    }

    [Theory]
    [InlineData("https://example.com/a.png")]
    [InlineData("http://example.com/a b.png")]
    [InlineData("oss://dashscope-instant/a/b.png")]
    public void An_address_is_used_unchanged(string address) =>
        Assert.Equal(address.Replace(" ", "%20", StringComparison.Ordinal), MediaSource.OfAddress(address)!.Address);

    [Theory]
    [InlineData("photo.png")]
    [InlineData("C:\\photo.png")]
    [InlineData("/home/me/photo.png")]
    [InlineData("Temp:/photo.png")]
    public void A_path_is_not_an_address(string path) => Assert.Null(MediaSource.OfAddress(path));

    [Fact]
    public void A_file_address_is_rejected_with_the_path() =>
        AssertRefused("'/home/me/photo 1.png'", () => MediaSource.OfAddress("file:///home/me/photo%201.png"));

    [Theory]
    [InlineData("https://")]
    [InlineData("ftp://example.com/a.png")]
    public void Other_addresses_are_rejected(string address) => AssertRefused("is not a URL that the service can read", () => MediaSource.OfAddress(address));

    [Fact]
    public void The_type_of_a_data_address_is_detected()
    {
        var source = MediaSource.OfAddress("data:image/jpeg;base64," + Convert.ToBase64String(TestImage.Png(20, 20)))!;
        Assert.Equal(MediaType.Png, source.Type);
    }

    [Theory]
    [InlineData("data:image/png;base64,####", "not valid base64")]
    [InlineData("data:image/png;base64,", "contains no data")]
    [InlineData("data:image/png,abc", "does not begin like")]
    [InlineData("data:", "does not begin like")]
    public void An_invalid_data_address_is_reported(string address, string why) => AssertRefused(why, () => MediaSource.OfAddress(address));

    [Fact]
    public void The_type_of_bytes_is_detected() => Assert.Equal(MediaType.Wav, MediaSource.OfBytes(Encoding.ASCII.GetBytes("RIFF....WAVEfmt ")).Type);

    internal static void AssertRefused(string part, Func<object?> act)
    {
        var refused = Assert.Throws<QwenException>(act);
        Assert.Equal(QwenErrorKind.MediaRefused, refused.Kind);
        Assert.Contains(part, refused.Message, StringComparison.Ordinal);
    }

    internal static void AssertRefused(string part, Action act) => AssertRefused(part, () =>
    {
        act();
        return null;
    });
}
