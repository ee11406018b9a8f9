using QwenChat.Http;
using Xunit;

namespace QwenChat.Tests.Http;

public class ResponseLimitTests
{
    [Theory]
    [InlineData(QwenErrorKind.ProtocolError, 10, "The response exceeded the maximum size of 10 bytes. Check the address.", "Check the address.")]
    [InlineData(QwenErrorKind.InvalidRequest, 2_097_152, "The response exceeded the maximum size of 2 MB. Start smaller batches.", "Start smaller batches.")]
    public async Task The_error_about_a_long_response_fits_the_request(QwenErrorKind kind, int most, string message, string advice)
    {
        using var watchdog = new Watchdog(new FakeTime(), default);
        using var body = new WatchedBody(new MemoryStream(new byte[most + 1]), watchdog, new FakeTime(), TimeSpan.FromSeconds(1),
            new ResponseLimit(most, advice, kind));
        var refused = await Assert.ThrowsAsync<QwenException>(() => body.CopyToAsync(Stream.Null));
        Assert.Equal((kind, message), (refused.Kind, refused.Message));
    }

    [Fact]
    public async Task A_response_of_the_maximum_size_is_read()
    {
        using var watchdog = new Watchdog(new FakeTime(), default);
        using var body = new WatchedBody(new MemoryStream(new byte[10]), watchdog, new FakeTime(), TimeSpan.FromSeconds(1),
            new ResponseLimit(10, "", QwenErrorKind.ProtocolError));
        var read = new MemoryStream();
        await body.CopyToAsync(read);
        Assert.Equal(10, read.Length);
    }
}
