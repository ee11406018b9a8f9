using System.Text;
using QwenChat.Protocols;
using QwenChat.Protocols.Events;
using QwenChat.Streaming;
using Xunit;
using Xunit.Abstractions;

namespace QwenChat.Tests.Faults;

/// <summary>Cuts off answers at each byte. An incomplete answer must be reported as an error, never as a shorter answer.</summary>
public class CutTests(ITestOutputHelper output)
{
    private readonly FaultCases _cases = new(output);

    public static TheoryData<QwenApi, bool> Streams => FaultCases.Streams;

    public static TheoryData<QwenApi, bool> Bodies => FaultCases.Bodies;

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_stream_cut_at_every_byte_is_broken(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        foreach (var end in (WireEnd[])[WireEnd.Orderly, WireEnd.Broken])
        {
            int whole = WholeFrom(recorded, end);
            for (int at = 0; at < recorded.Bytes.Length; at++)
            {
                var outcome = FaultedTurn.Play(recorded, recorded.Answer with { Body = recorded.Bytes[..at], End = end });
                _cases.Add($"{end} at {at}", at >= whole ? outcome.NotWhole(recorded, 1) : NotBroken(outcome, recorded, at, end));
            }
        }
        _cases.Check();
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_stream_cut_before_its_first_word_is_retried(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        int heard = HeardFrom(recorded, WireEnd.Broken);
        for (int at = 0; at < heard; at++)
        {
            var outcome = FaultedTurn.Play(recorded, recorded.Answer with { Body = recorded.Bytes[..at], End = WireEnd.Broken }, recorded.Answer);
            _cases.Add($"at {at}", outcome.NotWhole(recorded, 2));
        }
        _cases.Check();
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void A_body_cut_at_every_byte_is_broken(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        int whole = Encoding.UTF8.GetByteCount(Encoding.UTF8.GetString(recorded.Bytes).TrimEnd());
        foreach (var end in (WireEnd[])[WireEnd.Orderly, WireEnd.Broken])
        {
            for (int at = 0; at < recorded.Bytes.Length; at++)
            {
                var outcome = FaultedTurn.Play(recorded, recorded.Answer with { Body = recorded.Bytes[..at], End = end });
                bool isWhole = at >= whole;
                _cases.Add($"{end} at {at}", isWhole ? outcome.NotWhole(recorded, 1) : outcome.NotFailed(QwenErrorKind.StreamBroken, 1 + FaultedTurn.Retries));
            }
        }
        _cases.Check();
    }

    private static string? NotBroken(Outcome outcome, Recorded recorded, int at, WireEnd end)
    {
        int attempts = at < HeardFrom(recorded, end) ? 1 + FaultedTurn.Retries : 1;
        if (outcome.NotFailed(QwenErrorKind.StreamBroken, attempts) is { } wrong)
            return wrong;
        var partial = ((QwenException)outcome.Failure!).PartialReply;
        string heard = partial?.Text ?? "";
        if (!recorded.Text.StartsWith(heard, StringComparison.Ordinal) || heard != outcome.Streamed || partial is { State: not QwenReplyState.Interrupted })
            return $"its partial reply is '{heard}', and '{outcome.Streamed}' was streamed";
        return null;
    }

    /// <summary>
    /// Returns the minimum length of a cut stream whose answer is complete. The stream must contain the event with the finish reason and, if the
    /// connection breaks, the blank line after that event.
    /// </summary>
    private static int WholeFrom(Recorded recorded, WireEnd end)
    {
        var ends = recorded.EventEnds;
        // In Chat Completions, the token counts and [DONE] follow the finish reason. The answer is complete without them.
        int last = recorded.Api == QwenApi.ChatCompletions ? ends[^3] : ends[^1];
        return end == WireEnd.Orderly ? last - 2 : last;
    }

    /// <summary>Returns the minimum length of a cut stream that contains text. A turn whose text has arrived is not retried.</summary>
    private static int HeardFrom(Recorded recorded, WireEnd end)
    {
        var protocol = ChatProtocol.For(recorded.Api, "qwen-plus");
        int first = recorded.EventEnds.First(at => Says(protocol, recorded.Bytes[..at]));
        return end == WireEnd.Orderly ? first - 2 : first;
    }

    private static bool Says(IChatProtocol protocol, byte[] bytes)
    {
        var reader = protocol.NewReader();
        var deltas = new List<ChatDelta>();
        using var parser = new EventParser(1 << 20);
        parser.Append(bytes);
        while (parser.TryRead(out var serverEvent))
            reader.ReadEvent(serverEvent, deltas);
        return deltas.Count > 0;
    }
}
