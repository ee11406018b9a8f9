using System.Net;
using System.Security;
using System.Text;
using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Protocols.Messages;
using QwenChat.Streaming;
using Xunit;

namespace QwenChat.Tests.Http;

public class TransportTests
{
    private const string Whole =
        """{"id":"chatcmpl-1","model":"m","created":1735120033,"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}""";

    private readonly FakeTime _time = new();
    private readonly List<HttpRequestMessage> _sent = [];

    private sealed class Script(List<HttpRequestMessage> sent, params Func<HttpResponseMessage>[] answers) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            sent.Add(request);
            return Task.FromResult(answers[Math.Min(sent.Count, answers.Length) - 1]());
        }
    }

    private sealed class Silent : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException();
        }
    }

    private sealed class Steady : Random
    {
        public override double NextDouble() => 1;
    }

    /// <summary>A stream that returns some bytes and then stalls.</summary>
    private sealed class Stalling(byte[] bytes) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = Read(buffer.Span);
            if (count == 0)
                await Task.Delay(Timeout.Infinite, cancellationToken);
            return count;
        }
    }

    private sealed class Endless(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position == Length)
                Position = 0;
            return ValueTask.FromResult(Read(buffer.Span));
        }
    }

    private static SecureString Key
    {
        get
        {
            var key = new SecureString();
            foreach (char c in "sk-test")
                key.AppendChar(c);
            return key;
        }
    }

    private static HttpResponseMessage Json(int status, string body) =>
        new((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    private static QwenConnection Connection(int retries = 3) =>
        QwenConnection.To(new Uri("https://dashscope-intl.aliyuncs.com"), Key) with { MaximumRetryCount = retries };

    private Transport Make(HttpMessageHandler handler, int retries = 3) => new(Connection(retries), handler, _time, new Steady());

    private Transport Make(params Func<HttpResponseMessage>[] answers) => Make(new Script(_sent, answers));

    private static ServiceRequest Request(bool stream = false) =>
        new(HttpMethod.Post, new Uri("https://dashscope-intl.aliyuncs.com/compatible-mode/v1/chat/completions"))
    {
        Body = new ChatRequestBody("{}"u8.ToArray(), [], 0, default),
        Stream = stream,
    };

    private static async Task<ReplyBuilder> ReadAsync(Transport transport, bool stream = false, CancellationToken cancellation = default)
    {
        var fold = new ReplyBuilder();
        var deltas = new List<ChatDelta>();
        using var answer = await transport.SendAsync(Request(stream), () => new ChatCompletionsReader(), new NoticeQueue(), cancellation);
        while (await answer.ReadAsync(deltas))
        {
            foreach (var delta in deltas)
                fold.Add(delta);
            deltas.Clear();
        }
        return fold;
    }

    [Fact]
    public async Task An_answer_in_one_body_is_read()
    {
        var fold = await ReadAsync(Make(() => Json(200, Whole)));
        Assert.Equal("Hi", fold.Text);
        Assert.Equal("Bearer sk-test", _sent[0].Headers.GetValues("Authorization").Single());
    }

    [Fact]
    public async Task A_busy_service_is_retried_after_growing_waits()
    {
        var task = ReadAsync(Make(
            () => Json(429, """{"error":{"code":"limit_requests","message":"Requests rate limit exceeded, please try again later."}}"""),
            () => Json(503, """{"code":"ModelUnavailable","message":"Model is unavailable, please try again later."}"""),
            () => Json(200, Whole)));
        var waits = await _time.RunAsync(task);
        Assert.Equal("Hi", (await task).Text);
        Assert.Equal([TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4)], waits);
    }

    [Fact]
    public async Task The_wait_for_a_token_quota_is_longer()
    {
        var task = ReadAsync(Make(
            () => Json(429, """{"error":{"code":"insufficient_quota","message":"Allocated quota exceeded, please increase your quota limit."}}"""),
            () => Json(200, Whole)));
        Assert.Equal([TimeSpan.FromSeconds(15)], await _time.RunAsync(task));
    }

    [Theory]
    [InlineData(400, "Arrearage", "Access denied, please make sure your account is in good standing.", QwenErrorKind.Billing)]
    [InlineData(429, "insufficient_quota", "Free allocated quota exceeded.", QwenErrorKind.Billing)]
    [InlineData(401, "InvalidApiKey", "Invalid API-key provided.", QwenErrorKind.AuthenticationFailed)]
    [InlineData(400, "InvalidParameter", "Range of top_p should be (0.0, 1.0]", QwenErrorKind.InvalidRequest)]
    public async Task A_permanent_failure_is_sent_once(int status, string code, string message, QwenErrorKind kind)
    {
        var failure = await Assert.ThrowsAsync<QwenException>(() =>
            ReadAsync(Make(() => Json(status, $$"""{"code":"{{code}}","message":"{{message}}","request_id":"r1"}"""))));
        Assert.Equal(kind, failure.Kind);
        Assert.Equal("r1", failure.RequestId);
        Assert.Single(_sent);
    }

    [Fact]
    public async Task Retries_stop_after_the_maximum()
    {
        var task = ReadAsync(Make(() => Json(503, "")));
        await _time.RunAsync(task);
        var failure = await Assert.ThrowsAsync<QwenException>(() => task);
        Assert.Equal(QwenErrorKind.ServiceUnavailable, failure.Kind);
        Assert.Equal(4, _sent.Count);
    }

    [Fact]
    public async Task An_error_as_the_first_event_is_retried()
    {
        var task = ReadAsync(Make(
            () => Json(
                200, "id:1\nevent:error\n:HTTP_STATUS/429\ndata:{\"request_id\":\"r\",\"code\":\"Throttling.AllocationQuota\",\"message\":\"Allocated quota "
                    + "exceeded\"}\n\n"),
            () => Json(200, Whole)), stream: true);
        await _time.RunAsync(task);
        Assert.Equal("Hi", (await task).Text);
    }

    [Fact]
    public async Task A_stream_that_breaks_after_its_first_event_is_not_sent_again()
    {
        string cut = "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"},\"index\":0,\"finish_reason\":null}]}\n\n";
        var failure = await Assert.ThrowsAsync<QwenException>(() => ReadAsync(Make(() => Json(200, cut)), stream: true));
        Assert.Equal(QwenErrorKind.StreamBroken, failure.Kind);
        Assert.Single(_sent);
    }

    [Fact]
    public async Task The_first_byte_has_its_own_timeout()
    {
        var task = ReadAsync(Make(new Silent(), retries: 0), stream: true);
        await _time.RunAsync(task);
        var failure = await Assert.ThrowsAsync<QwenException>(() => task);
        Assert.Equal(QwenErrorKind.Timeout, failure.Kind);
        Assert.Contains("FirstByteTimeoutSeconds", failure.Message, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(300), _time.GetUtcNow() - new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task Silence_within_a_stream_has_its_own_timeout()
    {
        byte[] begun = "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"},\"index\":0,\"finish_reason\":null}]}\n\n"u8.ToArray();
        var task = ReadAsync(Make(() => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new Stalling(begun)) }), stream: true);
        await _time.RunAsync(task);
        var failure = await Assert.ThrowsAsync<QwenException>(() => task);
        Assert.Equal(QwenErrorKind.Timeout, failure.Kind);
        Assert.Contains("IdleTimeoutSeconds", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("data: {\"choices\":[{\"delta\":{\"content\":\"\"},\"index\":0,\"finish_reason\":null}]}\n\n")]
    [InlineData(": still here\n\n")]
    [InlineData("data: ")]
    public async Task An_endless_stream_is_aborted(string again)
    {
        byte[] block = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(again, 2000)));
        var task = ReadAsync(
            Make(new Script(_sent, () => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new Endless(block)) }), retries: 0),
                stream: true);
        var failure = await Assert.ThrowsAsync<QwenException>(() => task);
        Assert.Equal(QwenErrorKind.ProtocolError, failure.Kind);
    }

    [Fact]
    public async Task A_stop_during_a_wait_is_a_cancellation()
    {
        using var stop = new CancellationTokenSource();
        var task = ReadAsync(Make(() => Json(503, "")), cancellation: stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        Assert.Single(_sent);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        var failure = await Assert.ThrowsAsync<QwenException>(() =>
            ReadAsync(Make(() => new HttpResponseMessage(HttpStatusCode.TemporaryRedirect) { Headers = { Location = new Uri("https://example.org/") } })));
        Assert.Equal(QwenErrorKind.ConnectionFailed, failure.Kind);
        Assert.Contains("https://example.org/", failure.Message, StringComparison.Ordinal);
        Assert.Single(_sent);
    }

    [Fact]
    public async Task A_web_page_instead_of_an_answer_is_a_protocol_error()
    {
        var failure = await Assert.ThrowsAsync<QwenException>(() => ReadAsync(Make(() => Json(200, "<html><body>Sign in</body></html>"))));
        Assert.Equal(QwenErrorKind.ProtocolError, failure.Kind);
    }

    [Fact]
    public async Task A_request_that_may_have_arrived_is_not_repeated_if_it_is_not_idempotent()
    {
        var transport = Make(() => throw new HttpRequestException(HttpRequestError.ResponseEnded));
        await Assert.ThrowsAsync<QwenException>(() => transport.SendAsync(Request() with { Repeatable = false }, body => body, new NoticeQueue(), default));
        Assert.Single(_sent);
    }

    [Fact]
    public async Task A_missing_key_is_reported_before_any_request()
    {
        var transport = new Transport(QwenConnection.To(new Uri("https://dashscope-intl.aliyuncs.com"), null), new Script(_sent, () => Json(200, Whole)), _time,
            new Steady());
        var failure = await Assert.ThrowsAsync<QwenException>(() => ReadAsync(transport));
        Assert.Equal(QwenErrorKind.ApiKeyMissing, failure.Kind);
        Assert.Empty(_sent);
    }

    [Theory]
    [InlineData(5000, 97)]
    [InlineData(5, 1)]
    [InlineData(3, 65_536)]
    [InlineData(12, 200_000)]
    public async Task A_body_is_sent_completely_in_parts_of_any_length(int count, int longest)
    {
        var pieces = Enumerable.Range(0, count)
            .Select(i => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($"{i}-{new string((char)('a' + i % 26), longest - i * 7919 % longest)},")).ToArray();
        var body = new ChatRequestBody("["u8.ToArray(), pieces, pieces.Sum(piece => (long)piece.Length), "]"u8.ToArray());
        using var content = new PiecedContent(body);
        byte[] sent = await content.ReadAsByteArrayAsync();
        Assert.Equal(body.ToArray(), sent);
        Assert.Equal(sent.Length, content.Headers.ContentLength);
    }
}
