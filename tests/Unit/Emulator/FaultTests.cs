using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace QwenChat.Tests.Emulator;

public sealed class FaultTests : IDisposable
{
    private const string Body = """{"model":"qwen-plus","messages":[{"role":"user","content":"Hi"}]}""";
    private const string Stream = """{"model":"qwen-plus","stream":true,"messages":[{"role":"user","content":"Hi"}]}""";
    private readonly EmulatorClient _client = new(new QwenEmulatorOptions { Reply = (_, _) => "one two three four five" });

    public void Dispose() => _client.Dispose();

    private Task<string> PostAsync(string body, QwenEmulatorFault fault)
    {
        _client.Emulator.AddFault(fault);
        return _client.PostTextAsync(EmulatorClient.Chat, body);
    }

    /// <summary>Sends a request over a plain socket, and reads the response to its end.</summary>
    private async Task<(string Text, bool WasReset)> PostRawAsync(string body, QwenEmulatorFault fault)
    {
        _client.Emulator.AddFault(fault);
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, _client.Emulator.BaseUri.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(
            $"POST {EmulatorClient.Chat} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {_client.Key}\r\nConnection: close\r\nContent-Length: "
                + $"{body.Length}\r\n\r\n{body}"));
        var received = new MemoryStream();
        var buffer = new byte[4096];
        bool reset = false;
        try
        {
            for (int count; (count = await stream.ReadAsync(buffer)) > 0;)
                received.Write(buffer, 0, count);
        }
        catch (IOException exception) when (exception.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            reset = true;
        }
        return (Encoding.UTF8.GetString(received.ToArray()), reset);
    }

    [Fact]
    public async Task A_fault_affects_the_specified_number_of_requests()
    {
        _client.Emulator.AddFault(new QwenEmulatorFault { Status = 503, Times = 2, Skip = 1 });
        var statuses = new List<HttpStatusCode>();
        for (int i = 0; i < 4; i++)
        {
            using var response = await _client.PostAsync(EmulatorClient.Chat, Body);
            statuses.Add(response.StatusCode);
        }
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK], statuses);
    }

    [Fact]
    public async Task A_fault_for_one_path_does_not_affect_other_paths()
    {
        _client.Emulator.AddFault(new QwenEmulatorFault { Status = 503, Path = "/responses" });
        using var response = await _client.PostAsync(EmulatorClient.Chat, Body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData(EmulatorClient.Chat,
        """{"error":{"message":"Requests rate limit exceeded, please try again later.","type":"limit_requests","param":"""
        + """null,"code":"limit_requests"},"request_id":""")]
    [InlineData(EmulatorClient.Responses, """{"code":"Throttling.RateQuota","message":"Requests rate limit exceeded, please try again later.","request_id":""")]
    public async Task A_status_without_a_body_has_the_services_own_body(string path, string start)
    {
        _client.Emulator.AddFault(new QwenEmulatorFault { Status = 429 });
        Assert.StartsWith(start, await _client.PostTextAsync(path, Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_body_specified_for_a_fault_is_sent_unchanged()
    {
        _client.Emulator.AddFault(new QwenEmulatorFault { Status = 502, Body = "<html>", ContentType = "text/html",
            Headers = new Dictionary<string, string> { ["retry-after"] = "7" } });
        using var response = await _client.PostAsync(EmulatorClient.Chat, Body);
        Assert.Equal((HttpStatusCode.BadGateway, "<html>", "text/html", "7"),
            (response.StatusCode, await response.Content.ReadAsStringAsync(), response.Content.Headers.ContentType!.ToString(),
                response.Headers.RetryAfter!.ToString()));
    }

    [Fact]
    public async Task A_stream_cut_after_events_lacks_its_end()
    {
        var (text, reset) = await PostRawAsync(Stream, new QwenEmulatorFault { CutAfterEvents = 3 });
        Assert.False(reset);
        Assert.Equal(3, text.Split("data: ").Length - 1);
        Assert.DoesNotContain("\r\n0\r\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_reset_after_some_bytes_ends_there()
    {
        var (text, reset) = await PostRawAsync(Stream, new QwenEmulatorFault { CutAfterBytes = 100, Cut = QwenEmulatorCut.Reset });
        Assert.True(reset);
        Assert.EndsWith("data: ", text[..(text.IndexOf("data: ", StringComparison.Ordinal) + 6)], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_truncated_stream_ends_cleanly_but_lacks_its_end_marker()
    {
        string text = await PostAsync(Stream, new QwenEmulatorFault { CutAfterEvents = 3, Cut = QwenEmulatorCut.Truncate });
        Assert.Equal(3, text.Split("data: ").Length - 1);
        Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_truncated_body_ends_cleanly() =>
        Assert.Equal("{\"choices\"", await PostAsync(Body, new QwenEmulatorFault { CutAfterBytes = 10, Cut = QwenEmulatorCut.Truncate }));

    [Fact]
    public async Task A_body_cut_short_is_detected()
    {
        _client.Emulator.AddFault(new QwenEmulatorFault { CutAfterBytes = 10 });
        await Assert.ThrowsAsync<HttpRequestException>(() => _client.PostTextAsync(EmulatorClient.Chat, Body));
    }

    [Fact]
    public async Task A_connection_can_be_cut_within_the_headers()
    {
        var (text, _) = await PostRawAsync(Body, new QwenEmulatorFault { CutInHeaders = true });
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\r\n\r\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_cut_before_the_headers_returns_nothing() =>
        Assert.Equal(("", true), await PostRawAsync(Body, new QwenEmulatorFault { CutBeforeHeaders = true, Cut = QwenEmulatorCut.Reset }));

    [Fact]
    public async Task An_error_during_streaming_has_the_format_of_the_API()
    {
        string chat = await PostAsync(Stream, new QwenEmulatorFault { ErrorAfterEvents = 2 });
        Assert.Equal(3, chat.Split("data: ").Length - 1);
        Assert.Contains(
            """data: {"error":{"message":"An internal error has occured, please try again later or contact service support.","type":"internal_error",""", chat,
                StringComparison.Ordinal);
        _client.Emulator.AddFault(new QwenEmulatorFault { ErrorAfterEvents = 5, ErrorStatus = 429 });
        string responses = await _client.PostTextAsync(EmulatorClient.Responses, """{"model":"qwen-plus","input":"Hi","stream":true}""");
        Assert.Matches(
            """id:6\nevent:response\.failed\n:HTTP_STATUS/200\ndata:\{"sequence_number":5,"type":"response\.failed","""
                + """.*"code":"Throttling\.RateQuota"\}\}\}\n\n$""", responses);
    }

    [Fact]
    public async Task Bytes_can_be_split_anywhere_without_changing_the_text()
    {
        using var client = new EmulatorClient(new QwenEmulatorOptions { Reply = (_, _) => "三四 😀" });
        string whole = await client.PostTextAsync(EmulatorClient.Responses, """{"model":"qwen-plus","input":"Hi","stream":true}""");
        client.Emulator.AddFault(new QwenEmulatorFault { ChunkBytes = 1 });
        string split = await client.PostTextAsync(EmulatorClient.Responses, """{"model":"qwen-plus","input":"Hi","stream":true}""");
        Assert.Equal(whole.Length, split.Length);
        Assert.Contains("😀", split, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "\r\n", "data:{")]
    [InlineData(false, "\r", "data: {")]
    public async Task Spaces_and_line_endings_are_configurable(bool noSpace, string lineEnd, string start)
    {
        string text = await PostAsync(Stream, new QwenEmulatorFault { NoSpace = noSpace, LineEnd = lineEnd });
        Assert.StartsWith(start, text, StringComparison.Ordinal);
        Assert.EndsWith("[DONE]" + lineEnd + lineEnd, text, StringComparison.Ordinal);
        Assert.DoesNotContain("\n\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_body_of_an_answer_can_be_compressed()
    {
        string plain = await _client.PostTextAsync(EmulatorClient.Chat, Body);
        _client.Emulator.AddFault(new QwenEmulatorFault { Gzip = true });
        using var http =
            new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.GZip }) { BaseAddress = _client.Emulator.BaseUri };
        http.DefaultRequestHeaders.Authorization = new("Bearer", _client.Key);
        using var response = await http.PostAsync(new Uri(EmulatorClient.Chat, UriKind.Relative), new StringContent(Body));
        Assert.Equal(plain.Length, (await response.Content.ReadAsStringAsync()).Length);
    }

    [Fact]
    public async Task A_redirect_names_its_target()
    {
        _client.Emulator.AddFault(new QwenEmulatorFault { RedirectTo = "http://127.0.0.1:1/" });
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = _client.Emulator.BaseUri };
        http.DefaultRequestHeaders.Authorization = _client.Http.DefaultRequestHeaders.Authorization;
        using var response = await http.PostAsync(new Uri(EmulatorClient.Chat, UriKind.Relative), new StringContent(Body));
        Assert.Equal((307, "http://127.0.0.1:1/"), ((int)response.StatusCode, response.Headers.Location!.ToString()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer wrong")]
    public async Task A_request_without_a_valid_key_does_not_use_up_a_fault(string? authorization)
    {
        _client.Emulator.AddFault(new QwenEmulatorFault { Status = 503 });
        using (var request = new HttpRequestMessage(HttpMethod.Post, _client.Emulator.BaseUri + EmulatorClient.Chat[1..]) { Content = new StringContent(Body) })
        using (var http = new HttpClient())
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
            using var refused = await http.SendAsync(request);
            Assert.Equal(401, (int)refused.StatusCode);
        }
        using var response = await _client.PostAsync(EmulatorClient.Chat, Body);
        Assert.Equal(503, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_service_timeout_leaves_a_partial_answer_without_a_finish_reason()
    {
        _client.Emulator.AddFault(new QwenEmulatorFault { PartialResponse = true });
        using var response = await _client.PostAsync(EmulatorClient.Chat, Body);
        Assert.Equal("true", Assert.Single(response.Headers.GetValues("x-dashscope-partialresponse")));
        Assert.Contains("""{"message":{"role":"assistant","content":"one two"},"finish_reason":null,""", await response.Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_whose_answer_is_lost_is_still_processed()
    {
        var conversation = await _client.PostJsonAsync(EmulatorClient.Conversations, "{}");
        string id = conversation.GetProperty("id").GetString()!;
        string turn = $$"""{"model":"qwen-plus","input":"Hi","conversation":"{{id}}"}""";
        _client.Emulator.AddFault(new QwenEmulatorFault { CutBeforeHeaders = true, AfterProcessing = true, Path = "/responses" });
        await Assert.ThrowsAsync<HttpRequestException>(() => _client.PostTextAsync(EmulatorClient.Responses, turn));
        Assert.Equal(2, (await _client.GetJsonAsync($"{EmulatorClient.Conversations}/{id}/items")).GetProperty("data").GetArrayLength());
        _client.Emulator.AddFault(new QwenEmulatorFault { CutBeforeHeaders = true, Path = "/responses" });
        await Assert.ThrowsAsync<HttpRequestException>(() => _client.PostTextAsync(EmulatorClient.Responses, turn));
        Assert.Equal(2, (await _client.GetJsonAsync($"{EmulatorClient.Conversations}/{id}/items")).GetProperty("data").GetArrayLength());
    }

    [Theory]
    [InlineData("never")]
    [InlineData("delay")]
    [InlineData("endless")]
    [InlineData("slow")]
    public async Task A_disconnect_is_detected_immediately_during_any_wait(string fault)
    {
        _client.Emulator.AddFault(fault switch
        {
            "never" => new QwenEmulatorFault { NeverAnswer = true },
            "delay" => new QwenEmulatorFault { DelayBeforeHeaders = TimeSpan.FromMinutes(5) },
            "endless" => new QwenEmulatorFault { EndlessEvents = true },
            _ => new QwenEmulatorFault { DelayBetweenEvents = TimeSpan.FromMinutes(5) },
        });
        using var stop = new CancellationTokenSource();
        var answer = _client.PostAsync(EmulatorClient.Chat, Stream, stop.Token);
        await EmulatorClient.WaitUntilAsync(() => _client.Emulator.ActiveRequests == 1);
        var clock = Stopwatch.StartNew();
        if (fault is "endless" or "slow")
            (await answer).Dispose();
        else
            await stop.CancelAsync();
        await EmulatorClient.WaitUntilAsync(() => _client.Emulator.ActiveRequests == 0);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.True(Assert.Single(_client.Emulator.Requests).Aborted);
        await EmulatorClient.WaitUntilAsync(() => _client.Emulator.OpenConnections == 0);
    }

    [Fact]
    public async Task A_disconnect_is_detected_while_the_reply_is_generated()
    {
        using var began = new ManualResetEventSlim();
        using var client = new EmulatorClient(new QwenEmulatorOptions
        {
            Reply = (_, gone) =>
            {
                began.Set();
                gone.WaitHandle.WaitOne(TimeSpan.FromSeconds(10));
                return "late";
            },
        });
        using var stop = new CancellationTokenSource();
        var answer = client.PostAsync(EmulatorClient.Chat, Body, stop.Token);
        await EmulatorClient.WaitUntilAsync(() => began.IsSet);
        await stop.CancelAsync();
        await EmulatorClient.WaitUntilAsync(() => client.Emulator.ActiveRequests == 0);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
    }
}
