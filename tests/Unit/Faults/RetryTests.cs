using System.Text;
using Xunit;
using Xunit.Abstractions;

namespace QwenChat.Tests.Faults;

/// <summary>Tests that a retry keeps nothing from the failed attempt. If the service requests a long wait, the turn must fail without a retry.</summary>
public class RetryTests(ITestOutputHelper output)
{
    private readonly FaultCases _cases = new(output);

    public static TheoryData<QwenApi, bool> Everywhere => FaultCases.Everywhere;

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void A_retry_keeps_nothing_from_the_failed_attempt(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        var right = FaultedTurn.Play(recorded, recorded.Answer).Reply!;
        string[] failures =
        [
            """{"id":"first","request_id":"first","model":"first","created":1,"created_at":1,"error":{"code":"server_error","message":"Oops"}}""",
            """{"request_id":"first","code":"InternalError","message":"Oops","output":{}}""",
            """{"type":"response.failed","response":{"id":"first","model":"first","created_at":1,"status":"failed","error":"""
                + """{"code":"server_error","message":"Oops"}}}""",
        ];
        foreach (string failed in failures[..(stream && api is (QwenApi.Responses or QwenApi.Conversations) ? 3 : 2)])
        {
            byte[] body = Encoding.UTF8.GetBytes(stream ? $"data:{failed}\n\n" : failed);
            var outcome = FaultedTurn.Play(recorded, recorded.Answer with { Body = body }, recorded.Answer);
            _cases.Add(failed, outcome.NotWhole(recorded, 2) ?? Differs(right, outcome.Reply!));
        }
        _cases.Check();
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void A_wait_too_long_for_a_retry_is_in_the_error(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        string inAnHour = (recorded.At + TimeSpan.FromHours(1)).ToString("r");
        foreach (var (header, value, seconds) in ((string, string, int)[])[("Retry-After", "3600", 3600), ("Retry-After", inAnHour, 3600),
            ("retry-after-ms", "61000", 61), ("Retry-After", "61.5", 62)])
        {
            var busy = new WireAnswer("""{"error":{"code":"limit_requests","message":"Too many requests"}}"""u8.ToArray())
            {
                Status = 429, ContentType = "application/json", Headers = new Dictionary<string, string> { [header] = value },
            };
            var outcome = FaultedTurn.Play(recorded, busy);
            string? wrong = outcome.NotFailed(QwenErrorKind.RateLimited, 1);
            var failure = outcome.Failure as QwenException;
            if (wrong is null && (!failure!.Message.Contains($"{seconds} s", StringComparison.Ordinal) || failure.RetryAfter is null))
                wrong = failure.Message;
            _cases.Add($"{header}: {value}", wrong);
        }
        _cases.Check();
    }

    private static string? Differs(QwenReply right, QwenReply reply) =>
        (right.ResponseId, right.Model, right.RequestId, right.Usage, right.FinishReason)
        == (reply.ResponseId, reply.Model, reply.RequestId, reply.Usage, reply.FinishReason) && reply.CreatedAt.Year > 2000
            ? null : $"{reply.ResponseId} {reply.Model} {reply.CreatedAt:u} {reply.RequestId}";
}
