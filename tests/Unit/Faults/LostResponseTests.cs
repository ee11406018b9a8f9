using System.Text;
using Xunit;
using Xunit.Abstractions;

namespace QwenChat.Tests.Faults;

/// <summary>
/// Tests that a conversation can be continued after a fault. After the next turn, the history on the service must have each turn of the transcript once,
/// and no other turns.
/// </summary>
public class LostResponseTests(ITestOutputHelper output)
{
    private readonly FaultCases _cases = new(output);

    public static TheoryData<QwenApi, bool> Everywhere => FaultCases.Everywhere;

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void After_a_fault_the_conversation_continues(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        foreach (bool carriesOut in (bool[])[false, true])
        {
            foreach (var (name, wrong, _) in Faults(recorded))
            {
                var outcome = FaultedTurn.Play(recorded, carriesOut, wrong);
                _cases.Add($"{name}, {(carriesOut ? "" : "not ")}carried out", outcome.Broken() ?? outcome.Next());
            }
        }
        _cases.Check();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_lost_answer_is_read_from_the_conversation_object(bool stream)
    {
        var recorded = Recorded.Of(QwenApi.Conversations, stream);
        foreach (var (name, wrong, wasHeard) in Faults(recorded).Where(fault => fault.Wrong.Start != WireStart.NoConnection && fault.Wrong.Status != 400))
        {
            var outcome = FaultedTurn.Play(recorded, carriesOut: true, wrong);
            // Chunks that were already streamed cannot be withdrawn. If any were streamed, the turn fails and is deleted from the service.
            string? lost = outcome.Reply?.Text == WireItems.AnswerText && outcome.Attempts == 1 ? null : $"{outcome}, {outcome.Attempts} attempts";
            _cases.Add(name, outcome.Broken()
                ?? (wasHeard ? outcome.NotFailed(wrong.End == WireEnd.Silent ? QwenErrorKind.Timeout : QwenErrorKind.StreamBroken, 1) : lost)
                ?? outcome.Next());
        }
        _cases.Check();
    }

    private static IEnumerable<(string Name, WireAnswer Wrong, bool WasHeard)> Faults(Recorded recorded)
    {
        yield return ("no connection", recorded.Answer with { Start = WireStart.NoConnection }, false);
        yield return ("a reset before the headers", recorded.Answer with { Start = WireStart.Broken }, false);
        yield return ("silence before the headers", recorded.Answer with { Start = WireStart.Silent }, false);
        yield return ("silence after the headers", recorded.Answer with { Body = [], End = WireEnd.Silent }, false);
        foreach (int status in (int[])[400, 500, 503])
            yield return ($"{status}", new WireAnswer(Encoding.UTF8.GetBytes("{\"code\":\"X\",\"message\":\"m\"}")) { Status = status }, false);
        var cuts = recorded.Stream ? recorded.EventEnds.SkipLast(1) : [1, recorded.Bytes.Length / 2];
        foreach (int at in cuts.Prepend(0))
        {
            yield return ($"broken at {at}", recorded.Answer with { Body = recorded.Bytes[..at], End = WireEnd.Broken }, recorded.Stream && at > 0);
            yield return ($"silent at {at}", recorded.Answer with { Body = recorded.Bytes[..at], End = WireEnd.Silent }, recorded.Stream && at > 0);
        }
    }
}
