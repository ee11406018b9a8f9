using System.Text;
using QwenChat.Protocols;
using QwenChat.Protocols.Events;
using QwenChat.Streaming;
using Xunit;

namespace QwenChat.Tests.Protocols;

/// <summary>Tests the memory that reading a long stream allocates. The previous text must not be joined again for each event.</summary>
public class LongStreamTests
{
    private const int Few = 1000, Times = 8;

    public static TheoryData<string, QwenApi, string> Streams => new()
    {
        { "text", QwenApi.ChatCompletions, """{"choices":[{"index":0,"delta":{"content":"word "}}]}""" },
        { "thinking", QwenApi.ChatCompletions, """{"choices":[{"index":0,"delta":{"reasoning_content":"word "}}]}""" },
        { "arguments", QwenApi.ChatCompletions,
            """{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"word "}}]}}]}""" },
        { "text", QwenApi.DashScope, """{"output":{"choices":[{"message":{"role":"assistant","content":"word "},"finish_reason":"null"}]}}""" },
        { "thinking", QwenApi.DashScope,
            """{"output":{"choices":[{"message":{"role":"assistant","content":"","reasoning_content":"word "},"finish_reason":"null"}]}}""" },
        { "arguments", QwenApi.DashScope, """
            {"output":{"choices":[{"message":{"role":"assistant","content":"",
            "tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"word "}}]},"finish_reason":"null"}]}}
            """ },
        { "text", QwenApi.Responses, """{"type":"response.output_text.delta","item_id":"m","output_index":0,"content_index":0,"delta":"word "}""" },
        { "thinking", QwenApi.Responses,
            """{"type":"response.reasoning_summary_text.delta","item_id":"r","output_index":0,"summary_index":0,"delta":"word "}""" },
        { "arguments", QwenApi.Responses, """{"type":"response.function_call_arguments.delta","item_id":"c","output_index":0,"delta":"word "}""" },
        { "text", QwenApi.Conversations, """{"type":"response.output_text.delta","item_id":"m","output_index":0,"content_index":0,"delta":"word "}""" },
    };

    [Theory]
    [MemberData(nameof(Streams))]
    public void Memory_grows_linearly_with_the_events(string what, QwenApi api, string json)
    {
        string one = json.ReplaceLineEndings("");
        _ = Allocated(api, one, Few); // Warm-up: compiling the code also allocates memory.
        long few = Allocated(api, one, Few), many = Allocated(api, one, Few * Times);
        Assert.True(many < 2 * Times * few, $"{what} with {api}: {few:N0} bytes for {Few} events, {many:N0} for {Few * Times}.");
    }

    /// <summary>Reads a stream into a reply, like a turn with -Show, and returns the number of bytes allocated.</summary>
    private static long Allocated(QwenApi api, string json, int count)
    {
        // All deltas differ, so that no delta is mistaken for a repetition.
        byte[] bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, count)
            .Select(i => "data: " + json.Replace("word ", $"word{i} ", StringComparison.Ordinal) + "\n\n")));
        var reader = ChatProtocol.For(api, "qwen3.6-plus").NewReader();
        var fold = new ReplyBuilder();
        var (deltas, told) = (new List<ChatDelta>(), new List<ChatDelta>());
        using var parser = new EventParser(1 << 24);
        parser.Append(bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        while (parser.TryRead(out var serverEvent))
        {
            reader.ReadEvent(serverEvent, deltas);
            foreach (var delta in deltas)
                fold.Add(delta, told);
            deltas.Clear();
            told.Clear();
            _ = fold.HasText;
        }
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        int length = fold.Text.Length + fold.Thinking.Length + fold.ToolCalls.Sum(call => call.Arguments.Length);
        Assert.True(length > 5 * count, $"Only {length} characters of {count} events were read.");
        return allocated;
    }
}
