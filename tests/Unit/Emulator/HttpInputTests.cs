using System.IO.Pipelines;
using QwenChat.Emulator.Http;
using Xunit;

namespace QwenChat.Tests.Emulator;

public class HttpInputTests
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(20);
    private readonly Pipe _pipe = new();

    [Fact]
    public async Task Bytes_read_by_the_watcher_are_not_awaited_again()
    {
        var input = new HttpInput(_pipe.Reader.AsStream());
        var watching = input.WatchAsync();
        int seen = input.Buffered.Length;
        // The whole next request arrives between the parser's check and its wait, and no bytes follow.
        await _pipe.Writer.WriteAsync("GET / HTTP/1.1"u8.ToArray());
        Assert.True(await watching.WaitAsync(s_longest));

        Assert.True(await input.FillAsync(seen).WaitAsync(s_longest));

        Assert.Equal("GET / HTTP/1.1"u8, input.Buffered);
    }

    [Fact]
    public async Task Parser_and_watcher_wait_for_the_same_bytes()
    {
        var input = new HttpInput(_pipe.Reader.AsStream());
        var watching = input.WatchAsync();
        var filling = input.FillAsync(seen: 0);
        await _pipe.Writer.WriteAsync(new byte[] { 1 });
        Assert.True(await watching.WaitAsync(s_longest));
        Assert.True(await filling.WaitAsync(s_longest));
        input.Take(1);
        var last = input.FillAsync(seen: 0);
        await _pipe.Writer.CompleteAsync();
        Assert.False(await last.WaitAsync(s_longest));
        Assert.False(await input.WatchAsync().WaitAsync(s_longest));
    }

    [Fact]
    public async Task A_full_buffer_does_not_end_the_watcher()
    {
        var input = new HttpInput(new MemoryStream(new byte[200 * 1024]));
        while (input.HasRoom)
            Assert.True(await input.WatchAsync());
        int all = input.Buffered.Length;
        input.Take(all - 10);
        Assert.True(await input.FillAsync(seen: 10));
        Assert.True(input.Buffered.Length > 10);
    }
}
