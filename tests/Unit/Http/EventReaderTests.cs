using System.Text;
using QwenChat.Http;
using Xunit;

namespace QwenChat.Tests.Http;

public class EventReaderTests
{
    /// <summary>A stream that returns at most the specified number of bytes per read.</summary>
    private sealed class Trickle(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task Events_are_read_to_the_end_of_the_stream(int size)
    {
        byte[] bytes = Encoding.UTF8.GetBytes("event: a\ndata: é\n\ndata: {\"b\":1}\ndata: [DONE]");
        using var stream = new Trickle(bytes, size);
        using var reader = new EventReader(stream, 1000);
        var data = new List<string>();
        while (await reader.ReadAsync(CancellationToken.None))
            data.Add(Encoding.UTF8.GetString(reader.Current.Type.Span) + "|" + Encoding.UTF8.GetString(reader.Current.Data.Span));
        Assert.Equal(["a|é", "|{\"b\":1}", "|[DONE]"], data);
        Assert.False(await reader.ReadAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    public async Task A_large_event_in_small_pieces_is_read_in_linear_time(int size)
    {
        byte[] bytes = new byte[8 << 20];
        bytes.AsSpan().Fill((byte)'x');
        "data:"u8.CopyTo(bytes);
        using var stream = new Trickle(bytes, size);
        using var reader = new EventReader(stream, bytes.Length);
        var started = System.Diagnostics.Stopwatch.StartNew();
        Assert.True(await reader.ReadAsync(CancellationToken.None));
        Assert.Equal(bytes.Length - 5, reader.Current.Data.Length);
        // If each one-byte read scanned all earlier data again, 8 million reads would scan an average of 4 million bytes each.
        Assert.InRange(started.Elapsed.TotalSeconds, 0, 10);
    }

    [Fact]
    public async Task Twenty_thousand_events_allocate_nothing()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 20_000).Select(i =>
            $"id:{i}\nevent:response.output_text.delta\n:HTTP_STATUS/200\ndata:{{\"delta\":\"word {i}\",\"type\":\"response.output_text.delta\"}}\n\n")));
        using var stream = new MemoryStream(bytes);
        using var reader = new EventReader(stream, 1 << 20);
        Assert.True(await reader.ReadAsync(CancellationToken.None));
        long before = GC.GetAllocatedBytesForCurrentThread();
        int count = 1;
        while (await reader.ReadAsync(CancellationToken.None))
            count++;
        Assert.Equal(20_000, count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000);
    }
}
