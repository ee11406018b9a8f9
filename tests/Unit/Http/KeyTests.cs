using System.Net;
using System.Text;
using QwenChat.Connection;
using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Protocols.Messages;
using Xunit;

namespace QwenChat.Tests.Http;

/// <summary>Tests which requests contain the API key.</summary>
public class KeyTests
{
    private const string Key = "sk-marked-0123456789";
    private const string Service = "https://dashscope-intl.aliyuncs.com";
    private readonly List<(Uri Address, string? Authorization)> _sent = [];

    private sealed class Listener(List<(Uri Address, string? Authorization)> sent, Func<HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            sent.Add((request.RequestUri!, request.Headers.TryGetValues("Authorization", out var values) ? values.Single() : null));
            return Task.FromResult(answer());
        }
    }

    private static QwenConnection Connection(string address) =>
        QwenConnection.To(new Uri(address), ConnectionEnvironment.Protect(Key)) with { MaximumRetryCount = 0 };

    private Transport Make(QwenConnection connection, int status = 200, string body = "{}", string? location = null) =>
        new(connection, new Listener(_sent, () =>
    {
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body) };
        if (location is not null)
            response.Headers.TryAddWithoutValidation("Location", location);
        return response;
    }), TimeProvider.System, Random.Shared);

    private static ServiceRequest Request(QwenConnection connection) => new(HttpMethod.Get, connection.Responses(["resp_1"]));

    [Theory]
    [InlineData("https://dashscope-intl.aliyuncs.com")]
    [InlineData("https://gateway.example")]
    [InlineData("http://127.0.0.1:5000")]
    [InlineData("http://127.8.9.1:5000")]
    [InlineData("http://[::1]:5000")]
    [InlineData("http://localhost:5000")]
    public async Task The_key_is_sent_over_https_and_within_this_machine(string address)
    {
        var connection = Connection(address);
        await Make(connection).SendAsync(Request(connection), body => body, new NoticeQueue(), default);
        Assert.Equal("Bearer " + Key, Assert.Single(_sent).Authorization);
    }

    [Theory]
    [InlineData("http://gateway.example")]
    [InlineData("http://10.0.0.1")]
    [InlineData("http://localhost.gateway.example")]
    [InlineData("http://127.0.0.1.gateway.example")]
    [InlineData("http://0.0.0.0:5000")]
    public async Task The_key_is_sent_over_plain_http_only_if_allowed(string address)
    {
        var connection = Connection(address);
        var refused = await Assert.ThrowsAsync<QwenException>(() => Make(connection).SendAsync(Request(connection), body => body, new NoticeQueue(), default));
        Assert.Equal(QwenErrorKind.InvalidRequest, refused.Kind);
        Assert.Contains("-AllowUnencryptedAuthentication", refused.Message, StringComparison.Ordinal);
        Assert.Empty(_sent);

        connection = connection with { AllowUnencryptedAuthentication = true };
        await Make(connection).SendAsync(Request(connection), body => body, new NoticeQueue(), default);
        Assert.Single(_sent);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task The_key_does_not_follow_a_redirect(int status)
    {
        var connection = Connection(Service);
        var failure = await Assert.ThrowsAsync<QwenException>(() => Make(connection, status, "", "https://elsewhere.example/")
            .SendAsync(Request(connection), body => body, new NoticeQueue(), default));
        Assert.Equal(QwenErrorKind.ConnectionFailed, failure.Kind);
        Assert.Equal(Service, ServiceAddress.Server(Assert.Single(_sent).Address));
    }

    [Fact]
    public async Task The_key_is_not_sent_to_an_upload_host()
    {
        var connection = Connection(Service) with { WorkspaceId = "llm-1" };
        var upload = new ServiceRequest(HttpMethod.Post, new Uri("https://store.example/")) { Anonymous = true };
        await Make(connection).SendAsync(upload, body => body, new NoticeQueue(), default);
        Assert.Null(Assert.Single(_sent).Authorization);
    }

    [Theory]
    [InlineData(401, $$$"""{"error":{"message":"Incorrect API key provided: {{{Key}}}.","code":"invalid_api_key"}}""")]
    [InlineData(400, $$"""{"code":"{{Key}}","message":"m","request_id":"{{Key}}"}""")]
    [InlineData(500, $"<html><pre>GET / HTTP/1.1\nAuthorization: Bearer {Key}</pre></html>")]
    [InlineData(302, "", $"https://elsewhere.example/?key={Key}")]
    public async Task The_key_is_removed_from_an_error_that_repeats_it(int status, string body, string? location = null)
    {
        var connection = Connection(Service);
        var notices = new NoticeQueue();
        var failure = await Assert.ThrowsAsync<QwenException>(() => Make(connection, status, body, location)
            .SendAsync(Request(connection), read => read, notices, default));
        Assert.Equal(status, failure.Status);
        AssertHidden(failure, notices);
    }

    [Theory]
    [InlineData($"data: {{\"error\":{{\"message\":\"Bad key {Key}\",\"code\":\"x\"}}}}\n\n")]
    [InlineData("data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"},\"index\":0}]}\n\ndata: {\"error\":{\"message\":\"Bad key " + Key
        + "\",\"code\":\"x\"}}\n\n")]
    [InlineData("data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"},\"index\":0}]}\n\ndata: {\"key\":" + Key + "\n\n")]
    public async Task The_key_is_removed_from_an_error_within_a_stream(string events)
    {
        var connection = Connection(Service);
        var notices = new NoticeQueue { WantsDebug = true };
        var failure = await Assert.ThrowsAsync<QwenException>(async () =>
        {
            using var answer = await Make(connection, 200, events)
                .SendAsync(Request(connection) with { Stream = true }, () => new ChatCompletionsReader(), notices, default);
            while (await answer.ReadAsync([]))
            {
            }
        });
        AssertHidden(failure, notices);
    }

    private static void AssertHidden(QwenException failure, NoticeQueue notices)
    {
        var told = new StringBuilder().Append(failure).Append(failure.Code).Append(failure.RequestId);
        while (notices.TryTake(out var notice))
            told.Append(notice.Text);
        Assert.DoesNotContain(Key, told.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(Key)), told.ToString(), StringComparison.Ordinal);
    }
}
