using QwenChat.Media;
using Xunit;
using static QwenChat.Tests.Media.MediaSourceTests;

namespace QwenChat.Tests.Media;

public sealed class MediaDraftTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_small_file_is_sent_inline() =>
        Assert.StartsWith("data:image/png;base64,", Write(Image("a.png", 100)), StringComparison.Ordinal);

    [Fact]
    public void A_large_file_is_uploaded()
    {
        // A data URL may have at most 10,485,760 characters (wire §6.1).
        Assert.StartsWith("data:", Write(Image("a.png", 7_864_302)), StringComparison.Ordinal);
        Assert.StartsWith("oss://", Write(Image("b.png", 7_864_319)), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_beyond_the_request_limit_are_sent_as_addresses()
    {
        var parts = Enumerable.Range(0, 3).Select(i => Image($"{i}.png", 5_000_000)).ToArray();
        Assert.Equal(["data", "data", "oss:"], new MediaDraft(hasStore: true, upload: false).Write(parts).Select(part => part.Value[..4]));
    }

    [Fact]
    public void Upload_uploads_every_file() => Assert.EndsWith("/a_b.png", Write(Image("a b.jpg", 100), upload: true), StringComparison.Ordinal);

    [Fact]
    public void A_server_without_a_temporary_store_gets_all_files_inline() =>
        Assert.StartsWith("data:", Write(Image("a.png", 9_000_000), hasStore: false), StringComparison.Ordinal);

    [Fact]
    public void Upload_is_rejected_for_a_server_without_a_temporary_store() =>
        AssertRefused("-Upload requires", () => Write(Image("a.png", 100), upload: true, hasStore: false));

    [Fact]
    public void Upload_is_rejected_for_bytes_because_they_could_not_be_uploaded_again() =>
        AssertRefused("Save the bytes", () => Write(new MediaPart(MediaKind.Image, [MediaSource.OfBytes(TestImage.Png(20, 20))]), upload: true));

    [Fact]
    public void Sound_in_a_video_container_is_audio() => Assert.StartsWith("data:audio/mp4;",
        Write(new MediaPart(MediaKind.Audio, [MediaSource.OfBytes([.. "    ftypisom    "u8])])), StringComparison.Ordinal);

    [Fact]
    public void A_document_is_referenced_by_its_address() =>
        Assert.StartsWith("oss://", Write(new MediaPart(MediaKind.File, [MediaSource.OfFile(_folder.Write("a.pdf", [.. "%PDF-1.7"u8]))])),
        StringComparison.Ordinal);

    private MediaPart Image(string name, int length) =>
        new(MediaKind.Image, [MediaSource.OfFile(_folder.Write(name, TestImage.Png(20, 20, length)))]);

    private static string Write(MediaPart part, bool upload = false, bool hasStore = true) =>
        new MediaDraft(hasStore, upload).Write([part])[0].Value;
}
