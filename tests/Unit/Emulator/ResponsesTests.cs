using System.Net;
using System.Text.RegularExpressions;
using Xunit;

namespace QwenChat.Tests.Emulator;

public sealed class ResponsesTests : IDisposable
{
    private const string Older = "/api/v2/apps/protocols/compatible-mode/v1/responses";
    private readonly EmulatorClient _client = new();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_chain_includes_the_earlier_messages()
    {
        var first = await _client.RespondAsync("My name is Ada.");
        var second = await _client.RespondAsync("Go on.", first.GetProperty("id").GetString());
        var third = await _client.RespondAsync("What is my name?", second.GetProperty("id").GetString());
        Assert.Equal("Your name is Ada.", EmulatorClient.OutputText(third));
    }

    [Fact]
    public async Task The_older_path_continues_the_same_chains()
    {
        var first = await _client.RespondAsync("My name is Ada.");
        var second = await _client.PostJsonAsync(Older,
            $$"""{"model":"qwen-plus","input":"What is my name?","previous_response_id":"{{first.GetProperty("id").GetString()}}"}""");
        Assert.Equal("Your name is Ada.", EmulatorClient.OutputText(second));
    }

    [Fact]
    public async Task Instructions_are_not_inherited()
    {
        var first = await _client.PostJsonAsync(EmulatorClient.Responses, """{"model":"qwen-plus","instructions":"Be brief.","input":"Hi"}""");
        Assert.Contains("My instructions begin: \"Be brief.\"", EmulatorClient.OutputText(first), StringComparison.Ordinal);
        var second = await _client.RespondAsync("And?", first.GetProperty("id").GetString());
        Assert.DoesNotContain("instructions", EmulatorClient.OutputText(second), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_is_framed_like_a_stream_of_the_service()
    {
        using var client = new EmulatorClient(new QwenEmulatorOptions { Replies = [new QwenEmulatorReply("One two") { Thinking = "Hm." }] });
        string text = await client.PostTextAsync(EmulatorClient.Responses, """{"model":"qwen3.7-plus","input":"Hi","stream":true}""");
        Assert.Matches(
            """^id:1\nevent:response\.created\n:HTTP_STATUS/200\ndata:\{"response":\{"output":\[\],"parallel_tool_calls":false,"created_at":"""
                + """\d+,"tool_choice":"auto","model":"","id":"resp_[^"]+","tools":\[\],"object":"response","status":"queued"\},"sequence_number":"""
                + """0,"type":"response\.created"\}\n\nid:2\nevent:response\.in_progress\n""",
            text);
        Assert.Equal(
            ["response.created", "response.in_progress",
             "response.output_item.added", "response.reasoning_text.delta", "response.reasoning_text.delta", "response.reasoning_text.done",
                 "response.output_item.done",
             "response.output_item.added", "response.content_part.added", "response.output_text.delta", "response.output_text.delta",
             "response.output_text.done", "response.content_part.done", "response.output_item.done", "response.completed"],
            Regex.Matches(text, "(?m)^event:(.+)$").Select(match => match.Groups[1].Value));
        Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
        Assert.Matches(
            """data:\{"content_index":0,"delta":" two","item_id":"msg_[^"]+","logprobs":\[\],"output_index":1,"sequence_number":"""
                + """10,"type":"response.output_text.delta"\}""", text);
    }

    [Fact]
    public async Task A_response_can_be_continued_after_its_last_event()
    {
        string text = await _client.PostTextAsync(EmulatorClient.Responses, """{"model":"qwen-plus","input":"My name is Ada.","stream":true}""");
        string id = Regex.Match(text, "\"id\":\"(resp_[^\"]+)\"").Groups[1].Value;
        Assert.Equal("Your name is Ada.", EmulatorClient.OutputText(await _client.RespondAsync("What is my name?", id)));
    }

    [Theory]
    [InlineData("""{""", "Required body invalid, please check the request body format.")]
    [InlineData("""{"model":"__nope__","input":"Hi"}""", "Unsupported model: '__nope__'")]
    [InlineData("""{"model":"qwen-plus","input":"Hi","previous_response_id":"resp_x"}""", "Not found previous_response_id: resp_x")]
    [InlineData("""{"model":"qwen-plus","input":"Hi","previous_response_id":"resp_x","conversation":"conv_x"}""",
        "Mutually exclusive parameters: Ensure you are only providing one of: previous_response_id or conversation.")]
    [InlineData("""{"model":"qwen-plus","input":"Hi","max_output_tokens":1}""", "Invalid 'max_output_tokens': must be greater than or equal to 16, got 1.")]
    [InlineData("""{"model":"qwen-plus","input":"Hi","temperature":5}""", "Invalid 'temperature': 5. Expected a value between [0,2), but got 5 instead.")]
    [InlineData("""{"model":"qwen-plus","input":"Hi","top_p":9}""", "Invalid 'top_p': 9. Expected a value between (0,1], but got 9 instead.")]
    [InlineData("""{"model":"qwen-plus","input":"Hi","store":"NOT_A_BOOL"}""", "Invalid 'store': NOT_A_BOOL. Must be a boolean.")]
    [InlineData("""{"model":"qwen-plus","input":"Hi","reasoning":{"effort":"bogus_level"}}""",
        "Invalid 'reasoning.effort': bogus_level. Supported values are: ('none','minimal','low','medium','high','xhigh','max').")]
    [InlineData("""{"model":"qwen-plus","input":[]}""", "[] is too short")]
    public async Task Errors_have_the_services_wording(string body, string message)
    {
        var error = await _client.PostJsonAsync(EmulatorClient.Responses, body, HttpStatusCode.BadRequest);
        Assert.Equal("InvalidParameter", error.GetProperty("code").GetString());
        Assert.Equal(message, error.GetProperty("message").GetString());
        Assert.NotEqual("", error.GetProperty("request_id").GetString());
    }

    [Fact]
    public async Task A_streamed_request_gets_its_error_in_the_stream()
    {
        using var response = await _client.PostAsync(EmulatorClient.Responses, """{"model":"__nope__","input":"Hi","stream":true}""");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Matches(
            """^id:1\nevent:response\.failed\n:HTTP_STATUS/200\ndata:\{"sequence_number":0,"type":"response\.failed","response":\{.*"error":\"""
                + """{"message":"Unsupported model: '__nope__'","code":"InvalidParameter"\}\}\}\n\n$""",
            await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task An_unstored_response_cannot_be_continued()
    {
        var first = await _client.PostJsonAsync(EmulatorClient.Responses, """{"model":"qwen-plus","input":"Hi","store":false}""");
        string id = first.GetProperty("id").GetString()!;
        var error = await _client.PostJsonAsync(EmulatorClient.Responses, $$"""{"model":"qwen-plus","input":"Hi","previous_response_id":"{{id}}"}""",
            HttpStatusCode.BadRequest);
        Assert.Equal("Not found previous_response_id: " + id, error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_response_is_kept_for_seven_days()
    {
        string path = EmulatorClient.Responses + "/" + (await _client.RespondAsync("Hi")).GetProperty("id").GetString();
        _client.Emulator.AdvanceClock(TimeSpan.FromDays(7) - TimeSpan.FromMinutes(1));
        Assert.Equal("completed", (await _client.GetJsonAsync(path)).GetProperty("status").GetString());
        _client.Emulator.AdvanceClock(TimeSpan.FromMinutes(2));
        var error = await _client.GetJsonAsync(path, HttpStatusCode.BadRequest);
        Assert.Equal("InvalidParameter", error.GetProperty("error").GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_deleted_response_is_not_found()
    {
        string id = (await _client.RespondAsync("Hi")).GetProperty("id").GetString()!;
        Assert.Equal($$"""{"deleted":true,"id":"{{id}}"}""", (await _client.DeleteJsonAsync(EmulatorClient.Responses + "/" + id)).GetRawText());
        Assert.Equal($$$"""{"error":{"message":"Response with id '{{{id}}}' not found.","type":"InvalidParameter"}}""",
            (await _client.DeleteJsonAsync(EmulatorClient.Responses + "/" + id, HttpStatusCode.BadRequest)).GetRawText());
    }

    [Fact]
    public async Task Input_items_include_the_earlier_turns_newest_first_and_in_pages()
    {
        var first = await _client.RespondAsync("One");
        var second = await _client.RespondAsync("Two", first.GetProperty("id").GetString());
        string path = EmulatorClient.Responses + "/" + second.GetProperty("id").GetString() + "/input_items";
        var page = await _client.GetJsonAsync(path + "?limit=2");
        Assert.Equal(["user", "assistant"], page.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("role").GetString()));
        Assert.True(page.GetProperty("has_more").GetBoolean());
        Assert.True(page.GetProperty("created_at").GetInt64() > 1_000_000_000_000);
        var rest = await _client.GetJsonAsync(path + "?after=" + page.GetProperty("last_id").GetString());
        Assert.Equal("One", Assert.Single(rest.GetProperty("data").EnumerateArray()).GetProperty("content")[0].GetProperty("text").GetString());
        Assert.False(rest.GetProperty("has_more").GetBoolean());
        var oldest = await _client.GetJsonAsync(path + "?order=asc&limit=1");
        Assert.Equal(rest.GetProperty("last_id").GetString(), oldest.GetProperty("first_id").GetString());
    }

    [Fact]
    public async Task Metadata_is_echoed_but_not_stored()
    {
        var response = await _client.PostJsonAsync(EmulatorClient.Responses, """{"model":"qwen-plus","input":"Hi","metadata":{"a":"b"}}""");
        Assert.Equal("""{"a":"b"}""", response.GetProperty("metadata").GetRawText());
        Assert.Equal("{}", (await _client.GetJsonAsync(EmulatorClient.Responses + "/" + response.GetProperty("id").GetString())).GetProperty("metadata")
            .GetRawText());
    }

    [Fact]
    public async Task Text_beyond_the_limit_is_dropped_without_an_error()
    {
        using var small = new EmulatorClient(new QwenEmulatorOptions { MaximumInputTokens = 100 });
        string words = string.Join(' ', Enumerable.Repeat("word", 60));
        var first = await small.RespondAsync("My name is Ada. " + words);
        var second = await small.RespondAsync("What is my name?", first.GetProperty("id").GetString());
        Assert.Equal("You have not told me your name.", EmulatorClient.OutputText(second));
        Assert.InRange(second.GetProperty("usage").GetProperty("input_tokens").GetInt32(), 1, 80);
    }

    [Fact]
    public async Task An_answer_longer_than_allowed_is_incomplete()
    {
        using var client = new EmulatorClient(new QwenEmulatorOptions { Replies = [string.Join(' ', Enumerable.Repeat("word", 60))] });
        var response = await client.PostJsonAsync(EmulatorClient.Responses, """{"model":"qwen-plus","input":"Hi","max_output_tokens":16}""");
        Assert.Equal("incomplete", response.GetProperty("status").GetString());
        Assert.Equal("max_output_tokens", response.GetProperty("incomplete_details").GetProperty("reason").GetString());
        Assert.Equal(16, response.GetProperty("usage").GetProperty("output_tokens").GetInt32());
    }

    [Theory]
    [InlineData("GET", "/compatible-mode/v1/responses", 405, "Method Not Allowed", "Method 'GET' is not allowed for '/compatible-mode/v1/responses'.")]
    [InlineData("POST", "/compatible-mode/v1/responses/resp_x/cancel", 404, "Not Found", "Not support")]
    public async Task An_unknown_address_is_reported(string method, string path, int status, string code, string message)
    {
        using var response = await _client.SendAsync(new HttpMethod(method), path);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.StartsWith($$"""{"code":"{{code}}","message":"{{message}}","request_id":""", await response.Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_without_a_key_is_rejected()
    {
        _client.Http.DefaultRequestHeaders.Authorization = null;
        using var response = await _client.PostAsync(EmulatorClient.Responses, """{"model":"qwen-plus","input":"Hi"}""");
        Assert.Equal(401, (int)response.StatusCode);
        Assert.StartsWith("""{"code":"InvalidApiKey","message":"No API-key provided.","request_id":""", await response.Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_is_a_separate_item()
    {
        string text =
            await _client.PostTextAsync(EmulatorClient.Responses, """{"model":"qwen-plus","input":"News?","stream":true,"tools":[{"type":"web_search"}]}""");
        Assert.Equal(
            ["response.output_item.added", "response.web_search_call.in_progress", "response.web_search_call.searching", "response.web_search_call.completed",
                "response.output_item.done"],
            Regex.Matches(text, "(?m)^event:(.+)$").Select(match => match.Groups[1].Value).Skip(2).Take(5));
        Assert.Contains("\"sources\":[{\"type\":\"url\",\"url\":\"https://example.com/1?q=News%3F\"}", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tool_is_called_and_its_result_is_used()
    {
        using var client =
            new EmulatorClient(new QwenEmulatorOptions { Replies = [new QwenEmulatorReply { ToolCalls = [new QwenToolCall("call_1", "weather", "{}")] }] });
        var asked = await client.RespondAsync("How is it?");
        var call = Assert.Single(asked.GetProperty("output").EnumerateArray());
        Assert.Equal(("function_call", "call_1"), (call.GetProperty("type").GetString(), call.GetProperty("call_id").GetString()));
        string previous = asked.GetProperty("id").GetString()!;
        string Result(string id) =>
            $$"""{"model":"qwen-plus","previous_response_id":"{{previous}}","input":[{"type":"function_call_output","call_id":"{{id}}","output":"Sunny"}]}""";
        Assert.Contains("The tool returned: \"Sunny\".", EmulatorClient.OutputText(await client.PostJsonAsync(EmulatorClient.Responses, Result("call_1"))),
            StringComparison.Ordinal);
        await client.PostJsonAsync(EmulatorClient.Responses, Result("call_2"), HttpStatusCode.BadRequest);
    }
}
