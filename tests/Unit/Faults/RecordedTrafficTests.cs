using Xunit;
using Xunit.Abstractions;

namespace QwenChat.Tests.Faults;

/// <summary>Tests that a cut or split recorded answer results in a complete reply or an error.</summary>
public class RecordedTrafficTests(ITestOutputHelper output)
{
    // Cutting at every byte takes quadratic time. Longer recordings are cut at about this number of positions, and at the end of every event.
    private const int MostPlaces = 1500;
    private readonly FaultCases _cases = new(output);

    public static TheoryData<QwenApi, string> Streams => new()
    {
        { QwenApi.DashScope, "dashscope/single-generation-text-sse.response.body.txt" },
        { QwenApi.DashScope, "dashscope/single-generation-message-sse.response.body.txt" },
        { QwenApi.DashScope, "dashscope/single-generation-message-reasoning-sse.response.body.txt" },
        { QwenApi.DashScope, "dashscope/single-generation-message-search-sse.response.body.txt" },
        { QwenApi.DashScope, "dashscope/single-generation-message-with-parallel-tools-sse.response.body.txt" },
        { QwenApi.DashScope, "dashscope/multimodal-generation-vl-sse.response.body.txt" },
        { QwenApi.DashScope, "dashscope/multimodal-generation-audio-caption-sse.response.body.txt" },
        { QwenApi.ChatCompletions, "openai/ChatCompletions/streaming/response.txt" },
        { QwenApi.Responses, "openai/Responses/streaming/response.txt" },
        { QwenApi.Responses, "openai/Responses/reasoning_streaming/response.txt" },
    };

    public static TheoryData<QwenApi, string> Bodies => new()
    {
        { QwenApi.DashScope, "dashscope/single-generation-text-nosse.response.body.txt" },
        { QwenApi.DashScope, "dashscope/single-generation-message-nosse.response.body.txt" },
        { QwenApi.DashScope, "dashscope/single-generation-message-reasoning-effort-nosse.response.body.txt" },
        { QwenApi.DashScope, "dashscope/single-generation-message-with-tools-nosse.response.body.txt" },
        { QwenApi.DashScope, "dashscope/multimodal-generation-vl-nosse.response.body.txt" },
        { QwenApi.DashScope, "dashscope/multimodal-generation-audio-nosse.response.body.txt" },
        { QwenApi.ChatCompletions, "openai/ChatCompletions/basic/response.json" },
        { QwenApi.ChatCompletions, "openai/ChatCompletions/function_calling/response.json" },
        { QwenApi.Responses, "openai/Responses/basic/response.json" },
        { QwenApi.Responses, "openai/Responses/image_input/response.json" },
    };

    [SharedTheory]
    [MemberData(nameof(Streams))]
    public void A_truncated_recorded_stream_is_complete_or_broken(QwenApi api, string recording)
    {
        var recorded = Read(api, recording, stream: true);
        foreach (var end in (WireEnd[])[WireEnd.Orderly, WireEnd.Broken])
        {
            foreach (int at in Places(recorded))
                _cases.Add($"{end} at {at}", Shorter(recorded, recorded.Answer with { Body = recorded.Bytes[..at], End = end }));
        }
        _cases.Check();
    }

    [SharedTheory]
    [MemberData(nameof(Bodies))]
    public void A_truncated_recorded_body_is_complete_or_broken(QwenApi api, string recording)
    {
        var recorded = Read(api, recording, stream: false);
        foreach (var end in (WireEnd[])[WireEnd.Orderly, WireEnd.Broken])
        {
            foreach (int at in Places(recorded))
                _cases.Add($"{end} at {at}", Shorter(recorded, recorded.Answer with { Body = recorded.Bytes[..at], End = end }));
        }
        _cases.Check();
    }

    [SharedTheory]
    [MemberData(nameof(Streams))]
    [MemberData(nameof(Bodies))]
    public void A_recording_gives_the_same_answer_in_pieces_of_every_size(QwenApi api, string recording)
    {
        var recorded =
            Read(api, recording, stream: recording.Contains("stream", StringComparison.Ordinal) || recording.Contains("-sse", StringComparison.Ordinal));
        foreach (int chunk in (int[])[1, 2, 3, 7, 64, 1000])
            _cases.Add($"by {chunk}", Differs(recorded, FaultedTurn.Play(recorded, recorded.Answer with { Chunk = chunk })));
        foreach (int at in Places(recorded).Where(at => at > 0))
            _cases.Add($"split at {at}", Differs(recorded, FaultedTurn.Play(recorded, recorded.Answer with { Split = at })));
        _cases.Check();
    }

    private static Recorded Read(QwenApi api, string recording, bool stream) => new(api, stream, TestFiles.Recording(recording));

    private static IEnumerable<int> Places(Recorded recorded)
    {
        int step = 1 + recorded.Bytes.Length / MostPlaces;
        return Enumerable.Range(0, recorded.Bytes.Length).Where(at => at % step == 0).Union(step > 1 ? recorded.EventEnds.SkipLast(1) : []);
    }

    private static string? Shorter(Recorded recorded, WireAnswer answer)
    {
        var outcome = FaultedTurn.Play(recorded, answer);
        if (outcome.Reply is not null)
            return Differs(recorded, outcome);
        if (outcome.NotFailed(QwenErrorKind.StreamBroken, outcome.Streamed.Length > 0 ? 1 : outcome.Attempts) is { } wrong)
            return wrong;
        string heard = ((QwenException)outcome.Failure!).PartialReply?.Text ?? "";
        return recorded.Text.StartsWith(heard, StringComparison.Ordinal) && heard == outcome.Streamed
            ? null : $"its partial reply is '{heard}', and '{outcome.Streamed}' was streamed";
    }

    private static string? Differs(Recorded recorded, Outcome outcome)
    {
        if (outcome.Broken() is { } broken)
            return broken;
        if (outcome.Reply is not { } reply)
            return outcome.ToString();
        return reply.Text == recorded.Text && reply.Thinking == recorded.Thinking && reply.ToolCalls.SequenceEqual(recorded.ToolCalls)
            ? null : $"'{reply.Text}' instead of '{recorded.Text}'";
    }
}
