using System.Text;
using QwenChat.Protocols.Events;
using Xunit;

namespace QwenChat.Tests.Protocols;

public class EventParserTests
{
    /// <summary>Returns the events as <c>type|data|status</c>, read in chunks of the specified size.</summary>
    private static List<string> Read(byte[] bytes, int pieceSize = int.MaxValue, int maximum = 1 << 20)
    {
        using var parser = new EventParser(maximum);
        var events = new List<string>();
        for (int at = 0; at < bytes.Length; at += Math.Min(pieceSize, bytes.Length - at))
        {
            parser.Append(bytes.AsSpan(at, Math.Min(pieceSize, bytes.Length - at)));
            Drain(parser, events);
        }
        parser.Complete();
        Drain(parser, events);
        return events;
    }

    private static void Drain(EventParser parser, List<string> events)
    {
        while (parser.TryRead(out var e))
            events.Add($"{Encoding.UTF8.GetString(e.Type.Span)}|{Encoding.UTF8.GetString(e.Data.Span)}|{e.Status}");
    }

    private static List<string> Read(string text, int pieceSize = int.MaxValue) => Read(Encoding.UTF8.GetBytes(text), pieceSize);

    [Theory]
    [InlineData("data:a\n\n", "|a|")]
    [InlineData("data: a\n\n", "|a|")]
    [InlineData("data:  a\n\n", "| a|")]
    [InlineData("data:a\r\n\r\n", "|a|")]
    [InlineData("data:a\r\r", "|a|")]
    [InlineData("\uFEFFdata:a\n\n", "|a|")]
    [InlineData("data:a\ndata:\ndata: b\n\n", "|a\n\nb|")]
    [InlineData("event: x\ndata: a\n\n", "x|a|")]
    [InlineData("id:1\nevent:error\n:HTTP_STATUS/429\ndata:{}\n\n", "error|{}|429")]
    [InlineData("data:a\n: a comment\ndata:b\n\n", "|a\nb|")]
    [InlineData("retry: 5\nunknown: x\ndata\n\n", "||")]
    [InlineData("data:a", "|a|")]
    [InlineData("data:a\n", "|a|")]
    [InlineData("data:{\"a\":1}", "|{\"a\":1}|")]
    [InlineData("database:a\n\ndata:b\n\n", "|b|")]
    public void One_event_is_read(string text, string expected) => Assert.Equal([expected], Read(text));

    [Theory]
    [InlineData("")]
    [InlineData("\n\n\n")]
    [InlineData(": only a comment\n\n")]
    [InlineData("event: x\n\n")]
    [InlineData("data: {\"delta\":\"cut o")]
    [InlineData("data: {\"delta\":\n")]
    [InlineData("data: [DO")]
    public void An_empty_stream_has_no_events(string text) => Assert.Empty(Read(text));

    [Fact]
    public void Types_and_statuses_do_not_carry_over() =>
        Assert.Equal(["x|a|200", "|b|"], Read("event:x\n:HTTP_STATUS/200\ndata:a\n\ndata:b\n\n"));

    [Fact]
    public void A_type_without_data_is_discarded() => Assert.Equal(["|b|"], Read("event:x\n:HTTP_STATUS/200\n\ndata:b\n\n"));

    [Fact]
    public void Complete_objects_are_events_without_blank_lines() =>
        Assert.Equal(["|{\"a\":\"}{\\\"\"}|", "result|{\"b\":{}}|200", "|{} |", "|[DONE]|", "|c|"],
            Read("data:{\"a\":\"}{\\\"\"}\nid:2\nevent:result\n:HTTP_STATUS/200\ndata:{\"b\":{}}\ndata: {} \ndata: [DONE]\ndata:c"));

    [Fact]
    public void An_object_on_several_lines_is_one_event() =>
        Assert.Equal(["|  {\n\"a\":{},\n\"b\":[{}]\n}|", "|{}|"], Read("data:   {\ndata:\"a\":{},\ndata:\"b\":[{}]\ndata:}\ndata:{}\n\n"));

    [Fact]
    public void An_id_line_between_data_lines_does_not_split_the_event() => Assert.Equal(["|a\nb|"], Read("data:a\nid:1\ndata:b\n\n"));

    [Fact]
    public void A_split_character_is_rejoined() => Assert.Equal(["|今日は 😊|"], Read("data:今日は 😊\n\n", pieceSize: 1));

    [Fact]
    public void The_bytes_can_be_split_anywhere()
    {
        const string text =
            "\uFEFFid:1\r\nevent:result\r\n:HTTP_STATUS/200\r\ndata:{\"t\":\"é😊\"}\r\nid:2\rdata: {\"a\":\rdata:1}\r\r: ping\n\ndata: x\ndata: y\n\ndata: "
            + "[DONE]";
        var whole = Read(text);
        Assert.Equal(["result|{\"t\":\"é😊\"}|200", "|{\"a\":\n1}|", "|x\ny|", "|[DONE]|"], whole);
        for (int size = 1; size < 80; size++)
            Assert.Equal(whole, Read(text, size));
    }

    [Fact]
    public void Many_events_and_long_events_share_one_buffer()
    {
        var text = new StringBuilder();
        var expected = new List<string>();
        for (int i = 0; i < 200; i++)
        {
            string data = new((char)('a' + i % 26), i * 97 % 30_000);
            text.Append("event: e\ndata: ").Append(data).Append("\ndata: ").Append(i).Append("\n\n");
            expected.Add($"e|{data}\n{i}|");
        }
        Assert.Equal(expected, Read(text.ToString(), pieceSize: 4096));
        Assert.Equal(expected, Read(text.ToString(), pieceSize: 1000));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public void An_event_that_is_too_large_is_rejected(int pieceSize)
    {
        byte[] line = Encoding.UTF8.GetBytes("data:" + new string('x', 200) + "\n\n");
        byte[] lines = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("data:12345678\n", 20)) + "\n");
        foreach (byte[] bytes in (byte[][])[line, lines])
        {
            var error = Assert.Throws<QwenException>(() => Read(bytes, pieceSize, maximum: 100));
            Assert.Equal(QwenErrorKind.ProtocolError, error.Kind);
        }
        Assert.Equal(20, Read(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("data:12345678\n\n", 20))), pieceSize, maximum: 100).Count);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData(": keep-alive\n")]
    [InlineData("event: x\n\n")]
    public void A_million_empty_lines_use_no_memory(string line)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(line, 1000)));
        using var parser = new EventParser(1 << 20);
        parser.Append("event: before\n"u8);
        Assert.False(parser.TryRead(out _));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            parser.Append(bytes);
            Assert.False(parser.TryRead(out _));
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }
}
