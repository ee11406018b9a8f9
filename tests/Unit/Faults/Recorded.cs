using System.Text;
using QwenChat.Protocols;
using QwenChat.Tests.Protocols;

namespace QwenChat.Tests.Faults;

/// <summary>The answer of one API, streamed or in one body, and the expected result.</summary>
internal sealed class Recorded
{
    private static readonly Dictionary<(QwenApi, bool), Recorded> s_known = [];

    public Recorded(QwenApi api, bool stream, byte[] bytes)
    {
        Api = api;
        Stream = stream;
        Bytes = bytes;
        var protocol = ChatProtocol.For(api, "qwen-plus");
        var whole = stream ? Replay.Stream(protocol, Bytes) : Replay.Body(protocol, Bytes);
        (Text, Thinking, Usage, ToolCalls) = (whole.Text, whole.Thinking, whole.Usage, whole.ToolCalls);
        // The service keeps a response for seven days, so the test's clock begins shortly after the creation of the response.
        At = (whole.CreatedAt ?? new DateTimeOffset(2026, 9, 1, 0, 0, 0, TimeSpan.Zero)) + TimeSpan.FromMinutes(1);
    }

    public QwenApi Api { get; }

    public bool Stream { get; }

    public byte[] Bytes { get; }

    public string Text { get; }

    public string Thinking { get; }

    public QwenUsage? Usage { get; }

    public IReadOnlyList<QwenToolCall> ToolCalls { get; }

    public DateTimeOffset At { get; }

    public WireAnswer Answer => new(Bytes) { ContentType = Stream ? "text/event-stream" : "application/json" };

    public static Recorded Of(QwenApi api, bool stream)
    {
        lock (s_known)
        {
            if (!s_known.TryGetValue((api, stream), out var found))
                s_known[(api, stream)] = found = new Recorded(api, stream, TestFiles.Sample(SampleOf(api, stream)));
            return found;
        }
    }

    /// <summary>The position after each event of the stream and its blank line.</summary>
    public IReadOnlyList<int> EventEnds
    {
        get
        {
            var ends = new List<int>();
            for (int at = 0; Bytes.AsSpan(at).IndexOf("\n\n"u8) is >= 0 and int next; at += next + 2)
                ends.Add(at + next + 2);
            return ends;
        }
    }

    /// <summary>The stream's events, each with its blank line.</summary>
    public IReadOnlyList<string> Events
    {
        get
        {
            var ends = EventEnds;
            return ends.Select((end, i) => Encoding.UTF8.GetString(Bytes[(i == 0 ? 0 : ends[i - 1])..end])).ToArray();
        }
    }

    private static string SampleOf(QwenApi api, bool stream) => (api, stream) switch
    {
        (QwenApi.ChatCompletions, true) => "4.3-chat.sse",
        (QwenApi.ChatCompletions, false) => "4.2-chat.json",
        (QwenApi.DashScope, true) => "5.3-native.sse",
        (QwenApi.DashScope, false) => "5.3-native.json",
        (_, true) => "2.6-text.sse",
        _ => "2.4-response.json",
    };
}
