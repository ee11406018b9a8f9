using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace QwenChat.Tests.Emulator;

public sealed class ChatCompletionsTests : IDisposable
{
    private readonly EmulatorClient _client = new(new QwenEmulatorOptions { Replies = ["One two 三四."] });

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task An_answer_has_the_services_members_in_the_services_order()
    {
        string text = await _client.PostTextAsync(EmulatorClient.Chat, """{"model":"qwen-plus","messages":[{"role":"user","content":"Hi"}]}""");
        Assert.Matches(
            """^\{"choices":\[\{"message":\{"role":"assistant","content":"One two 三四\."\},"finish_reason":"stop","index":0,"logprobs":"""
                + """null\}\],"object":"chat\.completion","usage":\{"prompt_tokens":9,"completion_tokens":5,"total_tokens":14,"prompt_tokens_details":\"""
                + """{"cached_tokens":0\}\},"created":\d+,"system_fingerprint":null,"model":"qwen-plus","id":"chatcmpl-[0-9a-f-]{36}"\}$""",
            text);
    }

    [Fact]
    public async Task A_stream_is_framed_like_a_stream_of_the_service()
    {
        string text = await _client.PostTextAsync(EmulatorClient.Chat,
            """{"model":"qwen-plus","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"Hi"}]}""");
        string plain = Regex.Replace(Regex.Replace(text, "\"created\":\\d+", "\"created\":1"), "chatcmpl-[0-9a-f-]{36}", "chatcmpl-x");
        const string rest = ""","object":"chat.completion.chunk","usage":null,"created":1,"system_fingerprint":null,"model":"qwen-plus","id":"chatcmpl-x"}""";
        string Delta(string delta, string reason = "null") =>
            $$"""data: {"choices":[{"delta":{{delta}},"index":0,"logprobs":null,"finish_reason":{{reason}}}]""" + rest + "\n\n";
        Assert.Equal(
            Delta("""{"content":"","role":"assistant"}""") + Delta("""{"content":"One"}""") + Delta("""{"content":" two"}""") +
            Delta("""{"content":" 三"}""") + Delta("""{"content":"四"}""") + Delta("""{"content":"."}""") + Delta("""{"content":""}""", "\"stop\"") +
            """data: {"choices":[],"object":"chat.completion.chunk","usage":{"prompt_tokens":9,"completion_tokens":5,"total_tokens":"""
            + """14,"prompt_tokens_details":{"cached_tokens":0}},"created":1,"system_fingerprint":null,"model":"qwen-plus","id":"chatcmpl-x"}""" + "\n\n" +
            "data: [DONE]\n\n",
            plain);
    }

    [Fact]
    public async Task Thinking_is_sent_first_and_in_its_own_field()
    {
        string text =
            await _client.PostTextAsync(EmulatorClient.Chat, """{"model":"qwen3.7-plus","stream":true,"messages":[{"role":"user","content":"Hi"}]}""");
        Assert.StartsWith("""data: {"choices":[{"delta":{"content":null,"role":"assistant","reasoning_content":""},""", text, StringComparison.Ordinal);
        Assert.Contains("""{"delta":{"content":null,"reasoning_content":"The"}""", text, StringComparison.Ordinal);
        Assert.Contains("""{"delta":{"content":"One","reasoning_content":null}""", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("qwen3.7-plus", "", true)]
    [InlineData("qwen3.7-plus", ""","enable_thinking":false""", false)]
    [InlineData("qwen3.8-max", ""","reasoning_effort":"none" """, false)]
    [InlineData("qwen-plus", "", false)]
    [InlineData("qwen-plus", ""","enable_thinking":true""", true)]
    public async Task Thinking_depends_on_the_model_family_or_the_request(string model, string option, bool thinks)
    {
        var answer = await _client.PostJsonAsync(EmulatorClient.Chat, $$"""{"model":"{{model}}","messages":[{"role":"user","content":"Hi"}]{{option}}}""");
        Assert.Equal(thinks, answer.GetProperty("choices")[0].GetProperty("message").TryGetProperty("reasoning_content", out _));
        Assert.Equal(thinks, answer.GetProperty("usage").TryGetProperty("completion_tokens_details", out _));
    }

    [Theory]
    [InlineData("""{""", 400, "invalid_parameter_error", "Required body invalid, please check the request body format.")]
    [InlineData("""[]""", 400, "invalid_parameter_error", "Required body invalid, please check the request body format.")]
    [InlineData("""{"messages":[]}""", 400, "invalid_request_error", "you must provide a model parameter.")]
    [InlineData("""{"model":"no-such-model","messages":[{"role":"user","content":"Hi"}]}""", 404, "model_not_found",
        "The model `no-such-model` does not exist or you do not have access to it.")]
    [InlineData("""{"model":"qwen-plus","messages":[]}""", 400, "invalid_parameter_error", "[] is too short")]
    [InlineData("""{"model":"qwen-plus","messages":[{"role":"system","content":"x"}]}""", 400, "invalid_parameter_error",
        "<400> InternalError.Algo.InvalidParameter: The input messages do not contain elements with the role of user.")]
    [InlineData("""{"model":"qwen-plus","messages":[{"role":"user"}]}""", 400, "invalid_parameter_error", "The content field is a required field.")]
    [InlineData("""{"model":"qwen-plus","messages":[{"role":"user","content":1}]}""", 400, "invalid_parameter_error", "input content must be a string.")]
    [InlineData("""{"model":"qwen-plus","temperature":2,"messages":[{"role":"user","content":"Hi"}]}""", 400, "invalid_parameter_error",
        "Temperature should be in [0.0, 2.0)")]
    [InlineData("""{"model":"qwen-plus","temperature":"warm","messages":[{"role":"user","content":"Hi"}]}""", 400, "invalid_parameter_error",
        "'temperature' must be Float")]
    [InlineData("""{"model":"qwen-plus","top_p":0,"messages":[{"role":"user","content":"Hi"}]}""", 400, "invalid_parameter_error",
        "Range of top_p should be (0.0, 1.0]")]
    [InlineData("""{"model":"qwen-plus","max_tokens":0,"messages":[{"role":"user","content":"Hi"}]}""", 400, "invalid_parameter_error",
        "Range of max_tokens should be [1, 32768]")]
    [InlineData("""{"model":"qwen-plus","seed":-1,"messages":[{"role":"user","content":"Hi"}]}""", 400, "invalid_parameter_error",
        "-1 is lesser than the minimum of 0 - 'seed'")]
    [InlineData("""{"model":"qwen3.7-plus","thinking_budget":0,"messages":[{"role":"user","content":"Hi"}]}""", 400, "invalid_parameter_error",
        "The thinking_budget parameter must be a positive integer and not greater than 81920")]
    [InlineData("""{"model":"qwen-max","enable_thinking":true,"messages":[{"role":"user","content":"Hi"}]}""", 400, "InvalidParameter.NotSupportEnableThinking",
        "The model qwen-max does not support enable_thinking.")]
    [InlineData("""{"model":"qwen3-32b","messages":[{"role":"user","content":"Hi"}]}""", 400, "invalid_parameter_error",
        "parameter.enable_thinking must be set to false for non-streaming calls")]
    [InlineData("""{"model":"qwen-plus","response_format":{"type":"json_object"},"messages":[{"role":"user","content":"Hi"}]}""", 400,
        "invalid_parameter_error", "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.")]
    [InlineData("""{"model":"qwen-plus","messages":[{"role":"user","content":"Hi"},{"role":"tool","tool_call_id":"x","content":"y"}]}""", 400,
        "invalid_parameter_error",
        "<400> InternalError.Algo.InvalidParameter: messages with role \"tool\" must be a response to a preceeding message with \"tool_calls\".")]
    [InlineData("""{"model":"qwen3.5-omni-plus","messages":[{"role":"user","content":"Hi"}]}""", 400, "invalid_parameter_error",
        "This model only support stream mode, please enable the stream parameter to access the model.")]
    public async Task Errors_have_the_services_wording(string body, int status, string code, string message)
    {
        var error = (await _client.PostJsonAsync(EmulatorClient.Chat, body, (HttpStatusCode)status)).GetProperty("error");
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Equal(message, error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_prompt_beyond_the_window_is_rejected_with_the_limit()
    {
        using var small = new EmulatorClient(new QwenEmulatorOptions { MaximumInputTokens = 20 });
        string words = string.Join(' ', Enumerable.Repeat("word", 30));
        var answer = await small.PostJsonAsync(EmulatorClient.Chat, $$"""{"model":"qwen-plus","messages":[{"role":"user","content":"{{words}}"}]}""",
            HttpStatusCode.BadRequest);
        Assert.Equal("<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 20]", answer.GetProperty("error").GetProperty("message")
            .GetString());
        Assert.NotEqual("", answer.GetProperty("request_id").GetString());
    }

    [Fact]
    public async Task A_wrong_key_is_rejected_in_the_nested_envelope()
    {
        _client.Http.DefaultRequestHeaders.Authorization = new("Bearer", "sk-other");
        string text = await _client.PostTextAsync(EmulatorClient.Chat, """{"model":"qwen-plus","messages":[{"role":"user","content":"Hi"}]}""");
        Assert.StartsWith(
            """{"error":{"message":"Incorrect API key provided. ","type":"invalid_request_error","param":null,"code":"invalid_api_key"},"request_id":""", text,
                StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_longer_than_allowed_has_the_finish_reason_length()
    {
        var answer = await _client.PostJsonAsync(EmulatorClient.Chat, """{"model":"qwen-plus","max_tokens":2,"messages":[{"role":"user","content":"Hi"}]}""");
        var choice = answer.GetProperty("choices")[0];
        Assert.Equal("One two", choice.GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("length", choice.GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task The_first_chunk_of_a_tool_call_contains_the_name()
    {
        using var client = new EmulatorClient(
            new QwenEmulatorOptions { Replies = [new QwenEmulatorReply { ToolCalls = [new QwenToolCall("call_1", "weather", """{"city":"Rom"}""")] }] });
        string text = await client.PostTextAsync(EmulatorClient.Chat, """{"model":"qwen-plus","stream":true,"messages":[{"role":"user","content":"Hi"}]}""");
        Assert.Contains(
            """{"delta":{"content":null,"tool_calls":[{"function":{"name":"weather","arguments":"{\"city\""},"index":0,"id":"call_1","type":"function"}]}""",
                text, StringComparison.Ordinal);
        Assert.Contains("""{"delta":{"content":null,"tool_calls":[{"index":0,"id":"","type":"function","function":{"arguments":":\"Rom\"}","name":null}}]}""",
            text, StringComparison.Ordinal);
        Assert.Contains("\"finish_reason\":\"tool_calls\"}", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_common_prefix_of_two_prompts_is_reported_as_cached()
    {
        string history = string.Join(' ', Enumerable.Repeat("word", 400));
        async Task<JsonElement> Usage(string last) => (await _client.PostJsonAsync(EmulatorClient.Chat,
            $$"""{"model":"qwen-plus","messages":[{"role":"user","content":"{{history}}"},{"role":"assistant","content":"ok"},"""
                + $$"""{"role":"user","content":"{{last}}"}]}""")).GetProperty("usage");
        Assert.Equal(0, (await Usage("one")).GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32());
        var second = await Usage("two");
        Assert.InRange(second.GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32(), 390, second.GetProperty("prompt_tokens")
            .GetInt32() - 1);
    }
}
