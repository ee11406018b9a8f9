using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace QwenChat.Tests.Emulator;

public sealed class NativeTests : IDisposable
{
    private const string Text = "/api/v1/services/aigc/text-generation/generation";
    private const string Multimodal = "/api/v1/services/aigc/multimodal-generation/generation";
    private readonly EmulatorClient _client = new(new QwenEmulatorOptions { Reply = (_, _) => new QwenEmulatorReply("One two") { Thinking = null } });

    public void Dispose() => _client.Dispose();

    private static string Body(string parameters, string model = "qwen-plus", string content = "\"Hi\"") =>
        $$"""{"model":"{{model}}","input":{"messages":[{"role":"user","content":{{content}}}]},"parameters":{{parameters}}}""";

    private async Task<string> PostAsync(string path, string body, bool stream = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (stream)
            request.Headers.Add("X-DashScope-SSE", "enable");
        using var response = await _client.Http.SendAsync(request);
        return Regex.Replace(await response.Content.ReadAsStringAsync(), "\"request_id\":\"[0-9a-f-]{36}\"", "\"request_id\":\"x\"");
    }

    [Fact]
    public async Task An_answer_has_the_recorded_members() => Assert.Equal(
        """{"output":{"choices":[{"message":{"content":"One two","role":"assistant"},"finish_reason":"stop"}]},"usage":{"total_tokens":11,"input_tokens":"""
            + """9,"output_tokens":2,"prompt_tokens_details":{"cached_tokens":0}},"request_id":"x"}""",
        await PostAsync(Text, Body("""{"result_format":"message"}""")));

    [Fact]
    public async Task The_older_format_is_the_default() => Assert.Equal(
        """{"output":{"finish_reason":"stop","text":"One two"},"usage":{"total_tokens":11,"input_tokens":9,"output_tokens":2,"prompt_tokens_details":"""
            + """{"cached_tokens":0}},"request_id":"x"}""",
        await PostAsync(Text, """{"model":"qwen-max","input":{"prompt":"Hi"}}"""));

    [Fact]
    public async Task A_stream_is_framed_as_recorded_with_cumulative_usage()
    {
        string Event(int id, string content, int output, string reason)
        {
            string choice = $$"""{"message":{"content":"{{content}}","role":"assistant"},"finish_reason":"{{reason}}"}""";
            string usage = $$$"""{"total_tokens":{{{9 + output}}},"input_tokens":9,"output_tokens":{{{output}}},"prompt_tokens_details":{"cached_tokens":0}}""";
            return $"id:{id}\nevent:result\n:HTTP_STATUS/200\n"
                + $$"""data:{"output":{"choices":[{{choice}}]},"usage":{{usage}},"request_id":"x"}""" + "\n\n";
        }

        Assert.Equal(
            Event(1, "One", 1, "null") + Event(2, " two", 2, "null") + Event(3, "", 2, "stop"),
            await PostAsync(Text, Body("""{"result_format":"message","incremental_output":true}"""), stream: true));
        Assert.Equal(
            Event(1, "One", 1, "null") + Event(2, "One two", 2, "null") + Event(3, "One two", 2, "stop"),
            await PostAsync(Text, Body("""{"result_format":"message"}"""), stream: true));
    }

    [Fact]
    public async Task A_stream_lists_the_found_pages_in_its_first_event()
    {
        string stream = await PostAsync(Text, Body(
            """{"result_format":"message","incremental_output":true,"enable_search":true,"search_options":{"enable_source":true}}"""), stream: true);
        var events = stream.Split('\n').Where(line => line.StartsWith("data:", StringComparison.Ordinal))
            .Select(line => JsonNode.Parse(line[5..])!["output"]!["search_info"]!.AsObject()).ToArray();
        Assert.Equal([2, 0, 0, 0], events.Select(info => info["search_results"]!.AsArray().Count));
        Assert.All(events, info => Assert.Empty(info["extra_tool_info"]!.AsArray()));
    }

    [Fact]
    public async Task A_multimodal_answer_consists_of_parts()
    {
        string text =
            await PostAsync(Multimodal, Body("""{"enable_thinking":false}""", "qwen3.7-plus", """[{"image":"https://example.com/a.png"},{"text":"Hi"}]"""));
        Assert.Contains("""{"message":{"content":[{"text":"One two"}],"role":"assistant"},"finish_reason":"stop"}""", text, StringComparison.Ordinal);
        Assert.Contains("\"image_tokens\":256,\"input_tokens_details\":{\"image_tokens\":256,\"text_tokens\":9},", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Thinking_is_sent_with_empty_content()
    {
        string text = await PostAsync(Multimodal, Body("""{"incremental_output":true}""", "qwen3.7-plus", """[{"text":"Hi"}]"""), stream: true);
        Assert.Matches(
            """\{"message":\{"content":\[\],"reasoning_content":"The","role":"assistant"\},"finish_reason":"null"\}\]\},"usage":\{"total_tokens":"""
                + """10,"input_tokens":9,"output_tokens":1,"output_tokens_details":\{"reasoning_tokens":1,"text_tokens":0\}""", text);
        Assert.Contains("""{"message":{"content":[{"text":"One"}],"reasoning_content":"","role":"assistant"},"finish_reason":"null"}""", text,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Multimodal, "qwen-plus", "{}", "url error, please check url！")]
    [InlineData(Text, "qwen3.7-plus", "{}", "url error, please check url！")]
    [InlineData(Text, "no-such-model", "{}", "Model not exist.")]
    [InlineData(Text, "qwen-plus", """{"temperature":2}""", "Temperature should be in [0.0, 2.0)")]
    [InlineData(Text, "qwen-plus", """{"enable_thinking":true,"result_format":"text"}""",
        "The result_format parameter must be \"message\" when enable_thinking is true")]
    public async Task Errors_have_the_services_wording(string path, string model, string parameters, string message) => Assert.Equal(
        $$"""{"code":"InvalidParameter","message":"{{message.Replace("\"", "\\\"", StringComparison.Ordinal)}}","request_id":"x"}""",
        await PostAsync(path, Body(parameters, model)));

    [Fact]
    public async Task Thinking_in_a_stream_must_be_incremental() => Assert.Contains(
        "The incremental_output parameter must be \\\"true\\\" when enable_thinking is true",
        await PostAsync(Text, Body("""{"enable_thinking":true}"""), stream: true), StringComparison.Ordinal);

    [Fact]
    public async Task A_streamed_request_gets_its_error_as_recorded()
    {
        const string body = """{"model":"qwen-max","input":{"prompt":"Hi","messages":[]},"parameters":{"incremental_output":true}}""";
        Assert.Equal(
            "id:1\nevent:error\n:HTTP_STATUS/400\ndata:" +
            """{"code":"InvalidParameter","message":"Role must be user or assistant and Content length must be greater than 0","request_id":"x"}""" + "\n\n",
            await PostAsync(Text, body, stream: true));
        Assert.StartsWith("""{"code":"InvalidParameter",""", await PostAsync(Text, body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_key_is_rejected_as_recorded()
    {
        _client.Http.DefaultRequestHeaders.Authorization = new("Bearer", "sk-other");
        Assert.Equal("""{"code":"InvalidApiKey","message":"Invalid API-key provided.","request_id":"x"}""", await PostAsync(Text, Body("{}")));
    }

    [Fact]
    public async Task An_error_during_streaming_has_its_status()
    {
        _client.Emulator.AddFault(new QwenEmulatorFault { ErrorAfterEvents = 1, ErrorStatus = 429 });
        Assert.EndsWith(
            "id:2\nevent:error\n:HTTP_STATUS/429\ndata:"
                + """{"code":"Throttling.RateQuota","message":"Requests rate limit exceeded, please try again later.","request_id":"x"}""" + "\n\n",
            await PostAsync(Text, Body("""{"incremental_output":true}"""), stream: true), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_with_audio_output_streams_audio()
    {
        const string body =
            """{"model":"qwen3.5-omni-plus","stream":true,"stream_options":{"include_usage":true},"modalities":["text","audio"],"audio":"""
            + """{"voice":"Cherry","format":"wav"},"messages":[{"role":"user","content":"Hi"}]}""";
        using var client = new EmulatorClient(new QwenEmulatorOptions { Replies = [new QwenEmulatorReply("Hm") { Audio = new byte[10_000] }] });
        string text = await client.PostTextAsync(EmulatorClient.Chat, body);
        var sound = Regex.Matches(text, "\"audio\":\\{\"data\":\"([^\"]+)\"").SelectMany(match => Convert.FromBase64String(match.Groups[1].Value));
        Assert.Equal(10_000, sound.Count());
        Assert.Contains("\"completion_tokens_details\":{\"audio_tokens\":3,\"text_tokens\":1}", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_with_audio_output_supports_only_streaming()
    {
        var answer = await _client.PostJsonAsync(EmulatorClient.Chat,
            """{"model":"qwen-plus","modalities":["text","audio"],"messages":[{"role":"user","content":"Hi"}]}""", HttpStatusCode.BadRequest);
        Assert.Equal("'audio' output only support with stream=true", answer.GetProperty("error").GetProperty("message").GetString());
    }
}
