using System.Text;
using Xunit;
using Xunit.Abstractions;

namespace QwenChat.Tests.Faults;

/// <summary>Tests every error status in every form that the service or a gateway uses. The kind of error and the number of retries must be right.</summary>
public class StatusTests(ITestOutputHelper output)
{
    private const int Megabyte = 1 << 20;
    private const int Often = 1 + FaultedTurn.Retries;
    private const string LargeMark = "(10 MB)";
    private static readonly byte[] s_large = Encoding.UTF8.GetBytes(new string('x', 10 * Megabyte));
    private readonly FaultCases _cases = new(output);

    public static TheoryData<QwenApi, bool> Everywhere => FaultCases.Everywhere;

    private static readonly (int Status, QwenErrorKind Kind, int Attempts)[] s_statuses =
    [
        (400, QwenErrorKind.InvalidRequest, 1),
        (401, QwenErrorKind.AuthenticationFailed, 1),
        (403, QwenErrorKind.AccessDenied, 1),
        (404, QwenErrorKind.NotFound, 1),
        (408, QwenErrorKind.Timeout, Often),
        (409, QwenErrorKind.InvalidRequest, Often),
        (413, QwenErrorKind.ContextLengthExceeded, 1),
        (429, QwenErrorKind.RateLimited, Often),
        (500, QwenErrorKind.ServiceUnavailable, Often),
        (502, QwenErrorKind.ServiceUnavailable, Often),
        (503, QwenErrorKind.ServiceUnavailable, Often),
        (504, QwenErrorKind.ServiceUnavailable, Often),
    ];

    // The rows of wire §12.2 with status 429. The wait is longer for a quota per minute than for a request rate, and billing errors are not retried.
    private static readonly (string Code, string Message, QwenErrorKind Kind, int FirstWait)[] s_tooMany =
    [
        ("Throttling", "Requests throttling triggered.", QwenErrorKind.RateLimited, 2),
        ("Throttling", "Too many requests in route. Please try again later.", QwenErrorKind.RateLimited, 2),
        ("Throttling.RateQuota", "You have exceeded your request limit.", QwenErrorKind.RateLimited, 2),
        ("LimitRequests", "Requests rate limit exceeded, please try again later.", QwenErrorKind.RateLimited, 2),
        ("limit_requests", "You exceeded your current requests list.", QwenErrorKind.RateLimited, 2),
        ("Throttling.BurstRate",
            "Request rate increased too quickly. To ensure system stability, please adjust your client logic to scale requests more smoothly over time.",
                QwenErrorKind.RateLimited, 2),
        ("limit_burst_rate", "Request rate increased too quickly.", QwenErrorKind.RateLimited, 2),
        ("Throttling.AllocationQuota", "Allocated quota exceeded, please increase your quota limit.", QwenErrorKind.RateLimited, 15),
        ("insufficient_quota", "You exceeded your current quota, please check your plan and billing details.", QwenErrorKind.RateLimited, 15),
        ("insufficient_quota", "Too many requests. Batch requests are being throttled due to system capacity limits. Please try again later.",
            QwenErrorKind.RateLimited, 15),
        ("insufficient_quota", "Free allocated quota exceeded.", QwenErrorKind.Billing, 0),
        ("CommodityNotPurchased", "Commodity has not purchased yet.", QwenErrorKind.Billing, 0),
        ("PrepaidBillOverdue", "The prepaid bill is overdue.", QwenErrorKind.Billing, 0),
        ("PostpaidBillOverdue", "The postpaid bill is overdue.", QwenErrorKind.Billing, 0),
    ];

    /// <summary>The five error formats of wire §12.1.</summary>
    private static readonly (string Name, Func<int, string, string, WireAnswer> Make)[] s_envelopes =
    [
        ("nested", (status, code, message) => Json(status, $$$"""{"error":{"message":"{{{message}}}","type":"t","param":null,"code":"{{{code}}}"}}""")),
        ("nested with ids", (status, code, message) =>
            Json(status, $$$"""{"error":{"message":"{{{message}}}","type":"t","param":null,"code":"{{{code}}}"},"id":"chatcmpl-r","request_id":"r"}""")),
        ("flat", (status, code, message) => Json(status, $$"""{"request_id":"r","code":"{{code}}","message":"{{message}}"}""")),
        ("a frame", (status, code, message) => Frame(status, status, code, message)),
        ("a frame within 200", (status, code, message) => Frame(200, status, code, message)),
    ];

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void Every_status_in_every_envelope_has_its_error(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        foreach (var (status, kind, usual) in s_statuses)
        {
            // A 404 may mean that the service no longer has the previous response, so the whole history is sent once more.
            int attempts = status == 404 && api is (QwenApi.Responses or QwenApi.Conversations) ? usual + 1 : usual;
            foreach (var (name, make) in s_envelopes)
            {
                var wrong = make(status, "SomeCode", "Something is wrong.");
                var outcome = FaultedTurn.Play(recorded, wrong);
                _cases.Add($"{status} {name}", outcome.NotFailed(kind, attempts) ?? NotSaid(outcome, "Something is wrong.", status));
                if (usual > 1)
                    _cases.Add($"{status} {name} once", FaultedTurn.Play(recorded, wrong, recorded.Answer).NotWhole(recorded, 2));
                var large = FaultedTurn.Play(recorded, Large(make(status, "SomeCode", LargeMark)));
                _cases.Add($"{status} {name} 10 MB", large.NotFailed(kind, attempts)
                    ?? TooMuch(large, name.EndsWith("200", StringComparison.Ordinal) ? 11 * Megabyte : Megabyte));
            }
            foreach (var (name, wrong) in (IEnumerable<(string, WireAnswer)>)
                [
                    ("nothing", new([])), ("HTML", Html("<h1>Gateway</h1>")), ("10 MB of HTML", Large(Html(LargeMark))),
                    ("truncated JSON", Json(status, "{\"error\":{\"mess")), ("an empty object", Json(status, "{}")), ("an array", Json(status, "[[[]]]")),
                        ("bytes", new([0xFF, 0xFE, 0, 1])),
                    ("a body that breaks", new(Encoding.UTF8.GetBytes("{\"error\":")) { End = WireEnd.Broken }),
                ])
            {
                var outcome = FaultedTurn.Play(recorded, wrong with { Status = status });
                _cases.Add($"{status} {name}", outcome.NotFailed(kind, attempts) ?? TooMuch(outcome, Megabyte));
            }
        }
        _cases.Check();
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void The_wait_after_a_429_depends_on_its_cause(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        foreach (var (code, message, kind, firstWait) in s_tooMany)
        {
            foreach (var (name, make) in s_envelopes)
            {
                var outcome = FaultedTurn.Play(recorded, make(429, code, message));
                TimeSpan[] waits = firstWait == 0 ? [] : [TimeSpan.FromSeconds(firstWait), TimeSpan.FromSeconds(2 * firstWait)];
                _cases.Add($"{code} {message} {name}", outcome.NotFailed(kind, firstWait == 0 ? 1 : Often)
                    ?? (outcome.Waits.SequenceEqual(waits) ? null : $"waited {string.Join(", ", outcome.Waits)}"));
            }
        }
        _cases.Check();
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void An_HTML_page_or_an_empty_body_is_not_an_answer(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        foreach (int status in (int[])[200, 201, 204])
        {
            _cases.Add($"{status} HTML", FaultedTurn.Play(recorded, Html("<p>Sign in</p>") with { Status = status }).NotFailed(QwenErrorKind.ProtocolError, 1));
            _cases.Add($"{status} 10 MB of HTML", FaultedTurn.Play(recorded, Large(Html(LargeMark)) with { Status = status })
                .NotFailed(QwenErrorKind.ProtocolError, 1));
            _cases.Add($"{status} empty body", FaultedTurn.Play(recorded, new WireAnswer([]) { Status = status }).NotFailed(QwenErrorKind.StreamBroken, Often));
            _cases.Add($"{status} other JSON", FaultedTurn.Play(recorded, Json(status, "{\"hello\":1}")).NotFailed(QwenErrorKind.ProtocolError, 1));
        }
        foreach (int status in (int[])[301, 302, 303, 307, 308])
        {
            var elsewhere = new WireAnswer([]) { Status = status, Headers = new Dictionary<string, string> { ["Location"] = "https://example.org/" } };
            var outcome = FaultedTurn.Play(recorded, elsewhere);
            _cases.Add($"{status}", outcome.NotFailed(QwenErrorKind.ConnectionFailed, 1) ?? NotSaid(outcome, "https://example.org/", status));
        }
        _cases.Check();
    }

    /// <summary>Replaces the placeholder <see cref="LargeMark"/> in an answer with 10 MB of text.</summary>
    private static WireAnswer Large(WireAnswer answer)
    {
        int at = answer.Body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(LargeMark));
        byte[] body = new byte[answer.Body.Length - LargeMark.Length + s_large.Length];
        answer.Body.AsSpan(0, at).CopyTo(body);
        s_large.CopyTo(body, at);
        answer.Body.AsSpan(at + LargeMark.Length).CopyTo(body.AsSpan(at + s_large.Length));
        return answer with { Body = body };
    }

    private static WireAnswer Json(int status, string json) => new(Encoding.UTF8.GetBytes(json)) { Status = status, ContentType = "application/json" };

    private static WireAnswer Html(string text) => new(Encoding.UTF8.GetBytes("<html><body>" + text + "</body></html>")) { ContentType = "text/html" };

    private static WireAnswer Frame(int httpStatus, int status, string code, string message) =>
        new(Encoding.UTF8.GetBytes(
            $"id:1\nevent:error\n:HTTP_STATUS/{status}\n"
            + $$"""data:{"request_id":"r","code":"{{code}}","type":"{{code}}","message":"{{message}}"}""" + "\n\n")) { Status = httpStatus };

    private static string? NotSaid(Outcome outcome, string said, int status)
    {
        var failure = (QwenException)outcome.Failure!;
        if (failure.Status != status)
            return $"its status is {failure.Status}";
        return failure.Message.Contains(said, StringComparison.Ordinal) ? null : $"'{failure.Message}'";
    }

    private static string? TooMuch(Outcome outcome, int most) => outcome.MostBytesRead <= most ? null : $"{outcome.MostBytesRead} bytes were read";
}
