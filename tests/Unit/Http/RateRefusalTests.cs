using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security;
using System.Text;
using QwenChat.Http;
using QwenChat.Model;
using Xunit;

namespace QwenChat.Tests.Http;

/// <summary>Tests many requests on one connection to a service that rejects some of them because of the rate limit.</summary>
public sealed class RateRefusalTests
{
    private const string Busy = """{"error":{"code":"limit_requests","message":"Requests rate limit exceeded, please try again later."}}""";

    private readonly FakeTime _time = new();
    private readonly NoticeQueue _notices = new();
    private int _failures;

    [Fact]
    public async Task All_users_of_the_connection_wait_once_and_then_continue()
    {
        var service = new Service(_time);
        var transport = New(service);
        var all = Enumerable.Range(0, 8).Select(number => SendAsync(transport, number)).ToArray();
        Assert.Equal(8, service.Began.Count);
        service.Refuse(4);
        await Until(() => CountFailures() == 4);
        service.AnswerAll();
        await Task.WhenAll(all[4..]).WaitAsync(TimeSpan.FromSeconds(30));
        _time.Advance(TimeSpan.FromSeconds(1.4));
        var late = SendAsync(transport, 8);
        Assert.Equal(8, service.Began.Count);
        await Until(() =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            return service.Began.Count == 13;
        });
        service.AnswerAll();
        Assert.Equal(Enumerable.Range(0, 8), (await Task.WhenAll(all).WaitAsync(TimeSpan.FromSeconds(30))).Order());
        Assert.Equal(8, await late.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(4, CountFailures());
    }

    [Fact]
    public async Task A_limit_applies_to_all_users_together()
    {
        var service = new Service(_time) { AnswersAtOnce = true };
        var transport = New(service, requestsPerMinute: 6);
        await _time.RunAsync(Task.WhenAll(Enumerable.Range(0, 4).Select(number => SendAsync(transport, number))));
        Assert.Equal([0d, 10, 20, 30], service.Began.Select(at => at.TotalSeconds));
    }

    private Transport New(Service service, int? requestsPerMinute = null)
    {
        var key = new SecureString();
        key.AppendChar('k');
        var connection = QwenConnection.To(new Uri("https://dashscope-intl.aliyuncs.com"), key) with { RequestsPerMinute = requestsPerMinute };
        return new Transport(connection, service, _time, new Random(1));
    }

    private Task<int> SendAsync(Transport transport, int number) =>
        transport.SendAsync(new ServiceRequest(HttpMethod.Get, new Uri($"https://dashscope-intl.aliyuncs.com/{number}")),
            body => int.Parse(Encoding.UTF8.GetString(body), CultureInfo.InvariantCulture), _notices, default);

    private int CountFailures()
    {
        while (_notices.TryTake(out var notice))
            _failures += notice.Text.Contains("because attempt 1 failed: ", StringComparison.Ordinal) ? 1 : 0;
        return _failures;
    }

    private static async Task Until(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!holds())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private sealed class Service(FakeTime time) : HttpMessageHandler
    {
        private readonly DateTimeOffset _began = time.GetUtcNow();
        private readonly ConcurrentQueue<(TaskCompletionSource<HttpResponseMessage> Answer, string Path)> _waiting = new();

        public ConcurrentQueue<TimeSpan> Began { get; } = new();

        public bool AnswersAtOnce { get; init; }

        public void Refuse(int count)
        {
            for (int i = 0; i < count && _waiting.TryDequeue(out var one); i++)
                one.Answer.SetResult(Answer(HttpStatusCode.TooManyRequests, Busy));
        }

        public void AnswerAll()
        {
            while (_waiting.TryDequeue(out var one))
                one.Answer.SetResult(Answer(HttpStatusCode.OK, one.Path));
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Began.Enqueue(time.GetUtcNow() - _began);
            string path = request.RequestUri!.AbsolutePath.TrimStart('/');
            if (AnswersAtOnce)
                return Task.FromResult(Answer(HttpStatusCode.OK, path));
            var answer = new TaskCompletionSource<HttpResponseMessage>();
            _waiting.Enqueue((answer, path));
            return answer.Task;
        }

        private static HttpResponseMessage Answer(HttpStatusCode status, string body) =>
            new(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
    }
}
