using System.Collections.Concurrent;
using System.Net;
using System.Runtime.CompilerServices;
using QwenChat.Connection;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Protocols.Errors;

namespace QwenChat.Http;

/// <summary>Sends requests through the connection pool of a connection. Handles authentication, timeouts, retries and error responses.</summary>
internal sealed class Transport
{
    private const int MaximumErrorBytes = 256 * 1024;

    private static readonly ConditionalWeakTable<QwenConnection, Transport> s_transports = [];

    private readonly QwenConnection _connection;
    private readonly HttpMessageInvoker _client;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly RequestThrottle _pace;
    private readonly ConcurrentDictionary<string, RequestThrottle> _modelPaces = new(StringComparer.OrdinalIgnoreCase);

    public Transport(QwenConnection connection, HttpMessageHandler handler, TimeProvider time, Random random)
    {
        _connection = connection;
        _client = new HttpMessageInvoker(handler);
        _time = time;
        _random = random;
        _pace = new RequestThrottle(connection.RequestsPerMinute, time);
    }

    public TimeProvider Time => _time;

    /// <summary>Returns the transport of a connection. The transport keeps one connection pool for the lifetime of the connection object.</summary>
    public static Transport For(QwenConnection connection) =>
        s_transports.GetValue(connection, static c => new Transport(c, CreateHandler(c), TimeProvider.System, Random.Shared));

    internal static SocketsHttpHandler CreateHandler(QwenConnection connection) => new()
    {
        // Following a redirect would send the key to another address.
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = connection.ConnectionTimeout,
        MaxConnectionsPerServer = connection.MaximumConnections ?? int.MaxValue,
        // With the default, the connection of a response that is disposed before its end would stay open for 2 s.
        MaxResponseDrainSize = 0,
        Proxy = new LoopbackProxy(HttpClient.DefaultProxy),
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        UseCookies = false,
    };

    /// <summary>
    /// Sends a request, retries it if a retry may help, and reads the first chunk of the response. <paramref name="newReader"/> is called for each
    /// attempt, because a reader may contain content from a failed attempt.
    /// </summary>
    public Task<ResponseStream> SendAsync(ServiceRequest request, Func<IAnswerReader> newReader, NoticeQueue notices, CancellationToken cancellation) =>
        RetryAsync(request, notices, number => SendOnceAsync(request, number, newReader, notices, cancellation), cancellation);

    /// <summary>
    /// Sends a request and reads the whole body of its response. The key is redacted from errors that <paramref name="read"/> throws, because the body may
    /// contain the key.
    /// </summary>
    public async Task<T> SendAsync<T>(ServiceRequest request, Func<byte[], T> read, NoticeQueue notices, CancellationToken cancellation)
    {
        byte[] body = await RetryAsync(request, notices, async number =>
        {
            using var answer = await SendOnceAsync(request, number, null, notices, cancellation).ConfigureAwait(false);
            return await answer.ReadWholeAsync().ConfigureAwait(false);
        }, cancellation).ConfigureAwait(false);
        try
        {
            return read(body);
        }
        catch (QwenException failure) when (WithoutKey(failure) is var safe && safe != failure)
        {
            throw safe;
        }
    }

    /// <summary>Sends a request and writes its response to a file. Each attempt creates a new file.</summary>
    public Task DownloadAsync(ServiceRequest request, Func<FileStream> create, NoticeQueue notices, CancellationToken cancellation) =>
        RetryAsync(request, notices, async number =>
    {
        using var answer = await SendOnceAsync(request, number, null, notices, cancellation).ConfigureAwait(false);
        var target = create();
        await using (target.ConfigureAwait(false))
            return await AnswerFile.CopyAsync(answer, target, cancellation).ConfigureAwait(false);
    }, cancellation);

    private async Task<T> RetryAsync<T>(ServiceRequest request, NoticeQueue notices, Func<int, Task<T>> attempt, CancellationToken cancellation)
    {
        notices.Protect(_connection);
        _connection.EnsureKey();
        _connection.EnsureKeyMayTravel();
        for (int retries = 0; ; retries++)
        {
            TimeSpan delay;
            if (request.Model is { } model && _connection.ServiceLimits.Count > 0)
                await WaitForModelAsync(model, notices, cancellation).ConfigureAwait(false);
            // Requests to other hosts do not count against the rate limit.
            var pace = request.Anonymous ? null : _pace;
            bool wasAnswered = false;
            long entered = pace is null ? 0 : await pace
                .EnterAsync(wait => notices.Verbose(FormattableString.Invariant($"Waiting {wait.TotalSeconds:0.0} s to limit the request rate.")), cancellation)
                .ConfigureAwait(false);
            try
            {
                var answer = await attempt(retries + 1).ConfigureAwait(false);
                wasAnswered = true;
                return answer;
            }
            catch (QwenException failure)
            {
                var safe = WithoutKey(failure);
                if (DelayAfter(request, safe, retries) is not { } wait)
                {
                    safe = RetryPolicy.WithAskedWait(safe);
                    if (safe == failure)
                        throw;
                    throw safe;
                }
                delay = wait;
                notices.Verbose(FormattableString.Invariant($"Retrying in {delay.TotalSeconds:0.0} s, because attempt {retries + 1} failed: {safe.Message}"));
                if (safe.Kind == QwenErrorKind.RateLimited && pace is not null)
                {
                    // The throttle delays all requests of the connection, including the retry of this request.
                    pace.Refuse(entered, wait, isAsked: safe.RetryAfter is not null);
                    continue;
                }
            }
            finally
            {
                pace?.Leave(wasAnswered);
            }
            await Task.Delay(delay, _time, cancellation).ConfigureAwait(false);
        }
    }

    private TimeSpan? DelayAfter(ServiceRequest request, QwenException failure, int retries) =>
        request.Repeatable || !(failure.MayHaveArrived || failure.Status >= 500)
            ? RetryPolicy.NextDelay(failure, retries, _connection.MaximumRetryCount, _random) : null;

    /// <summary>
    /// Waits until the limit of the model permits a request. The throttle of the model limits only the rate, so the request is recorded as answered
    /// immediately. The throttle of the connection limits the requests in flight.
    /// </summary>
    private async Task WaitForModelAsync(string model, NoticeQueue notices, CancellationToken cancellation)
    {
        if (_connection.LimitOf(model)?.RequestsPerMinute is not { } most)
            return;
        var pace = _modelPaces.GetOrAdd(model, _ => new RequestThrottle(most, _time));
        await pace
            .EnterAsync(wait => notices.Verbose(
                FormattableString.Invariant($"Waiting {wait.TotalSeconds:0.0} s because of the service's rate limit for {model}.")), cancellation)
            .ConfigureAwait(false);
        pace.Leave(wasAnswered: true);
    }

    /// <summary>Redacts the key. A server may echo the key in an error, for example on an error page that shows the request.</summary>
    private QwenException WithoutKey(QwenException failure)
    {
        failure.Connection ??= _connection;
        return Redaction.Of(_connection).Of(failure);
    }

    /// <summary>
    /// Sends a request once. If <paramref name="newReader"/> is set, the first chunk of the response is read. Otherwise, the caller reads the whole
    /// response. Attempts are numbered from 1.
    /// </summary>
    private async Task<ResponseStream> SendOnceAsync(
        ServiceRequest request, int number, Func<IAnswerReader>? newReader, NoticeQueue notices, CancellationToken cancellation)
    {
        var watchdog = new Watchdog(_time, cancellation);
        HttpResponseMessage? response = null;
        long started = _time.GetTimestamp();
        try
        {
            var limit = _connection.FirstByteTimeout ?? request.FirstByteTimeout ?? TimeSpan.FromSeconds(request.Stream ? 300 : 600);
            var watched = watchdog;
            using var message = CreateMessage(request, () => watched.Watch(Watchdog.FirstBytePhase, limit));
            notices.Debug(() => $"{request.Method} {request.Uri}\n{(request.Body is null ? "" : BodyText.Of(request.Body.ToArray()))}");
            watchdog.Watch(Watchdog.FirstBytePhase, limit);
            response = await _client.SendAsync(message, watchdog.Token).ConfigureAwait(false);
            string? requestId = Header(response, "x-request-id") is { } id ? notices.Redaction.Of(id) : null;
            if (notices.WantsVerbose)
                Tell($"status {(int)response.StatusCode}, request id {requestId ?? "-"}");
            var body = new WatchedBody(await response.Content.ReadAsStreamAsync(watchdog.Token).ConfigureAwait(false), watchdog, _time, _connection.IdleTimeout,
                request.ResponseLimit);
            if (!response.IsSuccessStatusCode)
                throw await ReadErrorAsync(response, body, requestId, watchdog.Token).ConfigureAwait(false);
            var answer = new ResponseStream(response, body, watchdog)
            {
                RequestId = requestId,
                WithoutKey = WithoutKey,
                IsPartial = string.Equals(Header(response, "x-dashscope-partialresponse"), "true", StringComparison.OrdinalIgnoreCase),
            };
            response = null;
            watchdog = null;
            try
            {
                if (newReader is not null)
                    await answer.BeginAsync(newReader()).ConfigureAwait(false);
                return answer;
            }
            catch
            {
                answer.Dispose();
                throw;
            }
        }
        catch (Exception failure) when (watchdog is not null
            && TransportFailure.Translate(failure, watchdog, _connection.ConnectionTimeout) is { } translated)
        {
            if (response is null)
                Tell("no response");
            throw translated;
        }
        finally
        {
            response?.Dispose();
            watchdog?.Dispose();
        }

        void Tell(string outcome) =>
            notices.Verbose(FormattableString.Invariant(
                $"{request.Method} {request.Uri}: {outcome}, attempt {number}, {_time.GetElapsedTime(started).TotalMilliseconds:0} ms"));
    }

    /// <summary>Creates the message of one attempt. <paramref name="sent"/> is called whenever a piece of long content has been sent.</summary>
    private HttpRequestMessage CreateMessage(ServiceRequest request, Action sent)
    {
        var message = new HttpRequestMessage(request.Method, request.Uri)
        {
            Content = request.Content?.Invoke(sent) ?? (request.Body is null ? null : new PiecedContent(request.Body)),
        };
        if (_connection.HasApiKey && !request.Anonymous)
            message.Headers.TryAddWithoutValidation("Authorization", "Bearer " + _connection.RevealKey());
        message.Headers.TryAddWithoutValidation("Accept", request.Stream ? "text/event-stream" : "application/json");
        message.Headers.TryAddWithoutValidation("User-Agent", "QwenChat");
        if (_connection.WorkspaceHeader is { } workspace && !request.Anonymous)
            message.Headers.TryAddWithoutValidation("X-DashScope-WorkSpace", workspace);
        foreach (var (name, value) in request.Headers)
            message.Headers.TryAddWithoutValidation(name, value);
        return message;
    }

    private async Task<QwenException> ReadErrorAsync(HttpResponseMessage response, WatchedBody body, string? requestId, CancellationToken cancellation)
    {
        int status = (int)response.StatusCode;
        if (status is >= 300 and < 400)
        {
            return new QwenException(QwenErrorKind.ConnectionFailed,
                $"The server redirects to {response.Headers.Location?.ToString() ?? "a different address"}. Redirects are not followed, because the other "
                    + "address would receive the key. Specify the final address with Set-QwenConnection.")
            {
                Status = status,
                RequestId = requestId,
            };
        }
        var bytes = new byte[MaximumErrorBytes];
        int length = 0;
        try
        {
            while (length < bytes.Length && await body.ReadAsync(bytes.AsMemory(length), cancellation).ConfigureAwait(false) is > 0 and int count)
                length += count;
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            // The status is more useful than the network failure, so the error is created from the part of the body that has been read.
        }
        var error = ErrorReader.Read(status, bytes.AsSpan(0, length), requestId);
        error.RetryAfter = RetryPolicy.AskedWait(response, _time.GetUtcNow());
        return error;
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
