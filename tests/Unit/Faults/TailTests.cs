using System.Text;
using Xunit;
using Xunit.Abstractions;

namespace QwenChat.Tests.Faults;

/// <summary>
/// Tests the ends of answers. A complete answer must be kept regardless of how its connection ends, and heartbeats must not keep a stream open
/// forever.
/// </summary>
public class TailTests(ITestOutputHelper output)
{
    private static readonly string[] s_beats = [": ping\n\n", ":\n", "event: ping\ndata: {}\n\n", "data: {\"type\":\"keepalive\"}\n\n", "\n"];
    private readonly FaultCases _cases = new(output);

    public static TheoryData<QwenApi, bool> Streams => FaultCases.Streams;

    public static TheoryData<QwenApi, bool> Bodies => FaultCases.Bodies;

    public static TheoryData<QwenApi, bool> Everywhere => FaultCases.Everywhere;

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_complete_answer_is_kept_however_its_stream_ends(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        byte[] whole = recorded.Bytes[..WholeAt(recorded)];
        foreach (string beat in s_beats)
            Kept($"'{beat}'", recorded.Answer with { Body = whole, End = WireEnd.Beating, Beat = beat });
        Kept("silence", recorded.Answer with { Body = whole, End = WireEnd.Silent });
        Kept("a break", recorded.Answer with { Body = whole, End = WireEnd.Broken });
        Kept("half an event", recorded.Answer with { Body = [.. whole, .. "data: {\"cho"u8], End = WireEnd.Broken });
        Kept("all and silence", recorded.Answer with { End = WireEnd.Silent });
        _cases.Check();

        void Kept(string name, WireAnswer answer)
        {
            var outcome = FaultedTurn.Play(recorded, carriesOut: true, answer);
            bool waited = outcome.Waits.Sum(wait => wait.TotalSeconds) > 100;
            _cases.Add(name, outcome.NotWhole(recorded, 1) ?? (waited ? $"waited {string.Join(", ", outcome.Waits)}" : outcome.Next()));
        }
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void A_complete_body_is_kept_however_its_connection_ends(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        foreach (var end in (WireEnd[])[WireEnd.Silent, WireEnd.Broken, WireEnd.Beating])
        {
            foreach (string beat in end == WireEnd.Beating ? [" ", "\n"] : (string[])[""])
            {
                var outcome = FaultedTurn.Play(recorded, carriesOut: true, recorded.Answer with { End = end, Beat = beat });
                bool waited = outcome.Waits.Sum(wait => wait.TotalSeconds) > 100;
                _cases.Add($"{end}", outcome.NotWhole(recorded, 1) ?? (waited ? $"waited {string.Join(", ", outcome.Waits)}" : outcome.Next()));
            }
        }
        _cases.Check();
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void Heartbeats_alone_end_with_the_idle_timeout(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        foreach (string beat in stream ? s_beats : [" ", "\r\n"])
        {
            var outcome = FaultedTurn.Play(recorded, recorded.Answer with { Body = [], End = WireEnd.Beating, Beat = beat });
            string? wrong = outcome.NotFailed(QwenErrorKind.Timeout, 1 + FaultedTurn.Retries);
            if (wrong is null && !outcome.Failure!.Message.Contains("IdleTimeoutSeconds", StringComparison.Ordinal))
                wrong = outcome.Failure.Message;
            double waited = outcome.Waits.Sum(wait => wait.TotalSeconds) / (1 + FaultedTurn.Retries);
            _cases.Add($"'{beat}'", wrong ?? (waited is > 200 and < 450 ? null : $"waited {waited} s each time"));
        }
        _cases.Check();
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void Heartbeats_within_an_answer_end_with_the_idle_timeout(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        foreach (string beat in s_beats)
        {
            var outcome =
                FaultedTurn.Play(recorded, recorded.Answer with { Body = recorded.Bytes[..recorded.EventEnds[^4]], End = WireEnd.Beating, Beat = beat });
            string? wrong = outcome.NotFailed(QwenErrorKind.Timeout, 1);
            double waited = outcome.Waits.Sum(wait => wait.TotalSeconds);
            _cases.Add($"'{beat}'", wrong ?? (waited is > 200 and < 450 ? null : $"waited {waited} s"));
        }
        _cases.Check();
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void An_end_marker_without_a_reason_leaves_an_incomplete_turn(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        byte[] begun = recorded.Bytes[..recorded.EventEnds[api switch { QwenApi.ChatCompletions => ^4, QwenApi.DashScope => ^2, _ => ^5 }]];
        var outcome = FaultedTurn.Play(recorded, recorded.Answer with { Body = [.. begun, .. "data: [DONE]\n\n"u8] });
        string? wrong = outcome.Broken();
        if (wrong is null && (outcome.Reply is not { State: QwenReplyState.Incomplete, FinishReason: null } || outcome.Reply.Text.Length == 0
            || outcome.Reply.Text != outcome.Streamed
            || !recorded.Text.StartsWith(outcome.Reply.Text, StringComparison.Ordinal)))
            wrong = $"{outcome} {outcome.Reply?.State} '{outcome.Reply?.FinishReason}' '{outcome.Streamed}'";
        _cases.Add("after text", wrong);
        _cases.Add("alone", FaultedTurn.Play(recorded, recorded.Answer with { Body = "data: [DONE]\n\n"u8.ToArray() })
            .NotFailed(QwenErrorKind.StreamBroken, 1 + FaultedTurn.Retries));
        _cases.Check();
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void An_error_after_a_complete_answer_is_an_error(QwenApi api, bool stream)
    {
        const string error = """{"error":{"code":"server_error","message":"Too late","type":"server_error"}}""";
        var recorded = Recorded.Of(api, stream);
        foreach (string behind in stream ? [$"data: {error}\n\n", $"event: error\ndata: {error}\n\n", $"error: {error}\n\n", $"{error}\n"]
            : (string[])[error, "\n" + error, "," + error])
        {
            var outcome = FaultedTurn.Play(recorded, recorded.Answer with { Body = [.. recorded.Bytes, .. Encoding.UTF8.GetBytes(behind)] });
            int attempts = stream ? 1 : 1 + FaultedTurn.Retries;
            string? wrong = outcome.NotFailed(QwenErrorKind.ServiceUnavailable, attempts);
            if (wrong is null && (outcome.Failure!.Message != "Too late" || (stream && ((QwenException)outcome.Failure).PartialReply?.Text != recorded.Text)))
                wrong = outcome.Failure.Message;
            _cases.Add(behind, wrong);
        }
        _cases.Check();
    }

    private static int WholeAt(Recorded recorded) => recorded.Api == QwenApi.ChatCompletions ? recorded.EventEnds[^3] : recorded.EventEnds[^1];
}
