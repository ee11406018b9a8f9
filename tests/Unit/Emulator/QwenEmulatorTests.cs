using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace QwenChat.Tests.Emulator;

public sealed class QwenEmulatorTests
{
    private static async Task<string> SendRawAsync(QwenEmulator emulator, string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, emulator.BaseUri.Port);
        await socket.GetStream().WriteAsync(Encoding.UTF8.GetBytes(request));
        using var reader = new StreamReader(socket.GetStream());
        return await reader.ReadToEndAsync();
    }

    [Fact]
    public async Task Requests_are_logged_unchanged()
    {
        using var client = new EmulatorClient();
        const string body = """{"model" : "qwen-plus","messages":[{"role":"user","content":"é"}]}""";
        await client.PostTextAsync(EmulatorClient.Chat + "?a=b", body);
        var request = Assert.Single(client.Emulator.Requests);
        Assert.Equal(("POST", EmulatorClient.Chat, "a=b", "ChatCompletions", body, 200, false),
            (request.Method, request.Path, request.Query, request.Api, request.Body, request.Status, request.Aborted));
        Assert.Equal("Bearer " + client.Key, request.Header("authorization"));
        Assert.Equal(0, client.Emulator.ActiveRequests);
        Assert.Equal(1, client.Emulator.OpenConnections);
    }

    [Fact]
    public async Task Every_answer_has_a_request_id()
    {
        using var client = new EmulatorClient();
        using var response = await client.PostAsync("/nowhere", "{}");
        string id = Assert.Single(response.Headers.GetValues("x-request-id"));
        Assert.Equal($$"""{"code":"Not Found","message":"Not support","request_id":"{{id}}"}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_body_may_be_sent_in_chunks()
    {
        using var client = new EmulatorClient();
        string answer = await SendRawAsync(client.Emulator,
            $"POST {EmulatorClient.Responses} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {client.Key}\r\nConnection: close\r\nTransfer-Encoding: "
                + "chunked\r\n\r\n" +
            "10;x=y\r\n{\"model\":\"qwen-p\r\n14\r\nlus\",\"input\":\"Hello\"\r\n1\r\n}\r\n0\r\nTrailer: x\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal);
        Assert.Equal("""{"model":"qwen-plus","input":"Hello"}""", Assert.Single(client.Emulator.Requests).Body);
    }

    [Fact]
    public async Task A_client_that_expects_100_Continue_gets_it()
    {
        using var client = new EmulatorClient();
        client.Http.DefaultRequestHeaders.ExpectContinue = true;
        var clock = Stopwatch.StartNew();
        await client.RespondAsync("Hi");
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(0.9)); // Without 100 Continue, the client waits a second.
    }

    [Fact]
    public async Task Requests_share_a_connection()
    {
        using var client = new EmulatorClient();
        for (int i = 0; i < 5; i++)
            await client.RespondAsync("Hi");
        Assert.Equal(1, client.Emulator.OpenConnections);
    }

    [Fact]
    public async Task Pipelined_requests_are_answered_in_order()
    {
        using var client = new EmulatorClient();
        string one = $"GET /one HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {client.Key}\r\n\r\n";
        string last = $"GET /two HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {client.Key}\r\n\r\n";
        string answers = await SendRawAsync(client.Emulator, one + one + last);
        Assert.Equal(3, answers.Split("HTTP/1.1 404 Not Found").Length - 1);
        Assert.Equal(["/one", "/one", "/two"], client.Emulator.Requests.Select(request => request.Path));
    }

    [Theory]
    [InlineData("rubbish\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n")]
    [InlineData("GET / HTTP/1.1\r\nno colon\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\nabc", "HTTP/1.1 413 Request Entity Too Large\r\n")]
    public async Task An_invalid_request_is_rejected_and_the_connection_closed(string request, string start)
    {
        using var client = new EmulatorClient();
        Assert.StartsWith(start, await SendRawAsync(client.Emulator, request), StringComparison.Ordinal);
        Assert.Empty(client.Emulator.Requests);
    }

    [Fact]
    public async Task A_reply_function_receives_the_models_input()
    {
        QwenEmulatorPrompt? seen = null;
        using var client = new EmulatorClient(new QwenEmulatorOptions
        {
            Reply = (prompt, _) =>
            {
                seen = prompt;
                return "Fine";
            },
        });
        var first = await client.RespondAsync("How are you?");
        await client.PostJsonAsync(EmulatorClient.Responses,
            $$"""{"model":"qwen-plus","instructions":"Be brief.","input":"And now?","previous_response_id":"{{first.GetProperty("id").GetString()}}"}""");
        Assert.Equal(("Responses", "qwen-plus", "Be brief."), (seen!.Api, seen.Model, seen.Instructions));
        Assert.Equal(["user: How are you?", "assistant: Fine", "user: And now?"], seen.Messages.Select(message => $"{message.Role}: {message.Text}"));
    }

    [Fact]
    public async Task An_exception_in_the_reply_function_is_a_500_with_its_message()
    {
        using var client = new EmulatorClient(new QwenEmulatorOptions { Reply = (_, _) => throw new InvalidOperationException("no idea") });
        var error = await client.PostJsonAsync(EmulatorClient.Responses, """{"model":"qwen-plus","input":"Hi"}""", HttpStatusCode.InternalServerError);
        Assert.Equal("no idea", error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Replies_are_used_in_order_and_then_the_default_answer()
    {
        using var client = new EmulatorClient(new QwenEmulatorOptions { Replies = ["a", "b"] });
        var texts = new List<string>();
        for (int i = 0; i < 3; i++)
            texts.Add(EmulatorClient.OutputText(await client.RespondAsync("Hi")));
        Assert.Equal(["a", "b", "You said: \"Hi\". This is the beginning of our conversation."], texts);
    }

    [Fact]
    public async Task The_token_count_can_be_scaled()
    {
        using var plain = new EmulatorClient();
        using var other = new EmulatorClient(new QwenEmulatorOptions { TokenFactor = 1.5 });
        int Input(System.Text.Json.JsonElement response) => response.GetProperty("usage").GetProperty("input_tokens").GetInt32();
        Assert.Equal(Math.Round(Input(await plain.RespondAsync("one two three")) * 1.5), Input(await other.RespondAsync("one two three")));
    }

    [Fact]
    public async Task A_stream_can_have_very_many_events()
    {
        using var client = new EmulatorClient(new QwenEmulatorOptions { EventCount = 20_000 });
        string text = await client.PostTextAsync(EmulatorClient.Responses, """{"model":"qwen-plus","input":"Hi","stream":true}""");
        Assert.Equal(20_000, text.Split("event:response.output_text.delta\n").Length - 1);
    }

    [Fact]
    public async Task Stopping_leaves_no_port_or_request_open()
    {
        var client = new EmulatorClient();
        client.Emulator.AddFault(new QwenEmulatorFault { NeverAnswer = true });
        var answer = client.PostAsync(EmulatorClient.Responses, "{}");
        await EmulatorClient.WaitUntilAsync(() => client.Emulator.ActiveRequests == 1);
        Assert.Contains(client.Emulator, QwenEmulator.Running);
        client.Emulator.Dispose();
        await Assert.ThrowsAsync<HttpRequestException>(() => answer);
        Assert.True(client.Emulator.HasStopped);
        Assert.Equal((0, 0), (client.Emulator.ActiveRequests, client.Emulator.OpenConnections));
        Assert.True(Assert.Single(client.Emulator.Requests).Aborted);
        Assert.DoesNotContain(client.Emulator, QwenEmulator.Running);
        using var socket = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(() => socket.ConnectAsync(IPAddress.Loopback, client.Emulator.BaseUri.Port));
    }

    [Fact]
    public async Task Twenty_stopped_emulators_leave_no_threads_behind()
    {
        async Task StartAndStopAsync()
        {
            using var client = new EmulatorClient();
            await client.RespondAsync("Hi");
        }
        await StartAndStopAsync();
        int before = Process.GetCurrentProcess().Threads.Count;
        var clock = Stopwatch.StartNew();
        for (int i = 0; i < 20; i++)
            await StartAndStopAsync();
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        // The size of the thread pool varies, partly because of concurrent tests. If each emulator left a thread, there would be at least twenty more.
        await EmulatorClient.WaitUntilAsync(() => Process.GetCurrentProcess().Threads.Count < before + 15);
    }
}
