using Xunit;
using Xunit.Abstractions;

namespace QwenChat.Tests.Faults;

/// <summary>Tests that a missing or silent service causes an error of the right kind after the right time, and that the error names the timeout.</summary>
public class SilenceTests(ITestOutputHelper output)
{
    private const int Attempts = 1 + FaultedTurn.Retries;
    private readonly FaultCases _cases = new(output);

    public static TheoryData<QwenApi, bool> Everywhere => FaultCases.Everywhere;

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void Failures_before_the_headers_are_named(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        Try(WireStart.Refused, QwenErrorKind.ConnectionFailed, "The connection failed", null);
        Try(WireStart.Broken, QwenErrorKind.ConnectionFailed, "before the response headers", null);
        Try(WireStart.NoConnection, QwenErrorKind.Timeout, "ConnectionTimeoutSeconds", null);
        Try(WireStart.Silent, QwenErrorKind.Timeout, "FirstByteTimeoutSeconds", stream ? 300 : 600);
        _cases.Check();

        void Try(WireStart start, QwenErrorKind kind, string said, int? seconds)
        {
            var wrong = recorded.Answer with { Start = start };
            var outcome = FaultedTurn.Play(recorded, wrong);
            _cases.Add($"{start}", outcome.NotFailed(kind, Attempts) ?? NotSaid(outcome, said) ?? NotWaited(outcome, seconds, Attempts));
            _cases.Add($"{start} once", FaultedTurn.Play(recorded, wrong, recorded.Answer).NotWhole(recorded, 2));
        }
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void Silence_at_every_position_of_an_answer_is_named(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        int whole = !stream ? recorded.Bytes.AsSpan().TrimEnd("\n "u8).Length : api == QwenApi.ChatCompletions ? recorded.EventEnds[^3]
            : recorded.EventEnds[^1];
        for (int at = 0; at <= recorded.Bytes.Length; at += at < whole ? Math.Min(7, whole - at) : 7)
        {
            if (at >= whole)
            {
                var kept = FaultedTurn.Play(recorded, recorded.Answer with { Body = recorded.Bytes[..at], End = WireEnd.Silent });
                _cases.Add($"whole at {at}", kept.NotWhole(recorded, 1)
                    ?? (kept.Waits.Any(wait => wait > TimeSpan.FromSeconds(3)) ? $"waited {string.Join(", ", kept.Waits)}" : null));
                continue;
            }
            var outcome =
                FaultedTurn.Play(recorded, recorded.Answer with { Body = recorded.Bytes[..Math.Min(at, recorded.Bytes.Length)], End = WireEnd.Silent });
            string limit = at == 0 ? "FirstByteTimeoutSeconds" : "IdleTimeoutSeconds";
            int seconds = at > 0 ? 120 : stream ? 300 : 600;
            bool heard = outcome.Attempts == 1;
            _cases.Add($"at {at}", outcome.NotFailed(QwenErrorKind.Timeout, heard ? 1 : Attempts)
                ?? NotSaid(outcome, limit) ?? NotWaited(outcome, seconds, heard ? 1 : Attempts));
            if (!stream && heard)
                _cases.Add($"at {at}", "a body without any returned text was not requested again");
        }
        _cases.Check();
    }

    private static string? NotSaid(Outcome outcome, string said) =>
        outcome.Failure!.Message.Contains(said, StringComparison.Ordinal) ? null : $"'{outcome.Failure.Message}' does not say {said}";

    private static string? NotWaited(Outcome outcome, int? seconds, int times)
    {
        if (seconds is not { } expected)
            return null;
        int waited = outcome.Waits.Count(wait => wait == TimeSpan.FromSeconds(expected));
        return waited == times ? null : $"waited {string.Join(", ", outcome.Waits)} instead of {times} times {expected} s";
    }
}
