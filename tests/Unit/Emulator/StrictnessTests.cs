using System.Net;
using Xunit;

namespace QwenChat.Tests.Emulator;

/// <summary>Tests requests that the emulator must reject because the service rejects them, and options that change the emulator's answer.</summary>
public sealed partial class StrictnessTests : IDisposable
{
    private const string Native = "/api/v1/services/aigc/text-generation/generation";
    private const string NativeMultimodal = "/api/v1/services/aigc/multimodal-generation/generation";
    private const string Engine = "<400> InternalError.Algo.InvalidParameter: ";
    private const string UnansweredCalls = "An assistant message with \"tool_calls\" must be followed by tool messages responding to each \"tool_call_id\". " +
        "The following tool_call_ids did not have response messages: message[2].role";
    private const string ToolChoiceForms = "tool_choice is one of the strings that should be [\"none\", \"auto\"]";
    private const string ToolChoiceThinking = "The tool_choice parameter does not support being set to required or object in thinking mode";
    private const string StopForms =
        "The \"stop\" parameter must be of type \"str\", \"list[str]\", \"list[int]\", or \"list[list[int]]\", and all elements within the list must be of "
        + "the same type.";
    private const string Call = """{"id":"a","type":"function","index":0,"function":{"name":"get","arguments":"{}"}}""";
    private const string Tools = """[{"type":"function","function":{"name":"get","parameters":{}}}]""";
    private readonly EmulatorClient _client = new(new QwenEmulatorOptions { Replies = ["One two three.", "Four five six."] });

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData("qwen-plsu")]
    [InlineData("gpt-4o")]
    [InlineData("__x")]
    public async Task A_model_outside_the_catalog_is_not_found(string model)
    {
        var chat = await ChatAsync(model, """{"role":"user","content":"Hi"}""", status: HttpStatusCode.NotFound);
        Assert.Equal($"The model `{model}` does not exist or you do not have access to it.", Message(chat));
        var responses = await _client.PostJsonAsync(EmulatorClient.Responses, $$"""{"model":"{{model}}","input":"Hi"}""", HttpStatusCode.BadRequest);
        Assert.Equal($"Unsupported model: '{model}'", responses.GetProperty("message").GetString());
        var native = await NativeAsync(Native, model, """{"role":"user","content":"Hi"}""", "", HttpStatusCode.BadRequest);
        Assert.Equal("Model not exist.", native.GetProperty("message").GetString());
        var embeddings = await _client.PostJsonAsync("/compatible-mode/v1/embeddings", $$"""{"model":"{{model}}","input":"Hi"}""", HttpStatusCode.NotFound);
        Assert.Equal($"The model `{model}` does not exist or you do not have access to it.", Message(embeddings));
    }

    [Fact]
    public async Task AnyModel_accepts_every_model()
    {
        using var client = new EmulatorClient(new QwenEmulatorOptions { AnyModel = true, Replies = ["Hi."] });
        var answer = await client.PostJsonAsync(EmulatorClient.Chat, """{"model":"gpt-4o","messages":[{"role":"user","content":"Hi"}]}""");
        Assert.Equal(("gpt-4o", "Hi."),
            (answer.GetProperty("model").GetString(), answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()));
    }

    [Fact]
    public async Task An_embedding_model_does_not_chat()
    {
        const string model = "text-embedding-v4";
        var chat = await ChatAsync(model, """{"role":"user","content":"Hi"}""", status: HttpStatusCode.NotFound);
        Assert.Equal("Unsupported model text-embedding-v4 for OpenAI compatibility mode.", Message(chat));
        var responses = await _client.PostJsonAsync(EmulatorClient.Responses, """{"model":"text-embedding-v4","input":"Hi"}""", HttpStatusCode.BadRequest);
        Assert.Equal("Unsupported model: 'text-embedding-v4'", responses.GetProperty("message").GetString());
        var native = await NativeAsync(Native, model, """{"role":"user","content":"Hi"}""", "", HttpStatusCode.BadRequest);
        Assert.Equal("url error, please check url！", native.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_chat_model_creates_no_embeddings() => Assert.Equal("The model `qwen-plus` does not exist or you do not have access to it.", Message(
        await _client.PostJsonAsync("/compatible-mode/v1/embeddings", """{"model":"qwen-plus","input":"Hi"}""", HttpStatusCode.NotFound)));

    [Theory]
    [InlineData("""{"role":"user","content":"Hi"},{"role":"assistant","content":"","tool_calls":[CALL]}""", UnansweredCalls)]
    [InlineData("""{"role":"user","content":"Hi"},{"role":"assistant","content":"","tool_calls":[CALL]},{"role":"user","content":"And?"}""", UnansweredCalls)]
    [InlineData("""{"role":"user","content":"Hi"},{"role":"tool","tool_call_id":"a","content":"1"}""",
        "messages with role \"tool\" must be a response to a preceeding message with \"tool_calls\".")]
    [InlineData("""{"role":"user","content":"Hi"},{"role":"assistant","content":"","tool_calls":[CALL]},{"role":"tool","tool_call_id":"b","content":"1"}""",
        "messages with role \"tool\" must be a response to a preceeding message with \"tool_calls\".")]
    [InlineData("""{"role":"user","content":"Hi"},{"role":"assistant","content":"","tool_calls":[CALL]},{"role":"tool","content":"1"}""",
        "messages with role \"tool\" must be a response to a preceeding message with \"tool_calls\".")]
    public async Task Calls_and_results_that_do_not_match_are_rejected(string messages, string message)
    {
        messages = messages.Replace("CALL", Call, StringComparison.Ordinal);
        Assert.Equal(Engine + message, Message(await ChatAsync("qwen-plus", messages, status: HttpStatusCode.BadRequest)));
        Assert.Equal(Engine + message, (await NativeAsync(Native, "qwen-plus", messages, "", HttpStatusCode.BadRequest)).GetProperty("message").GetString());
    }

    [Fact]
    public async Task Two_calls_require_two_results()
    {
        string messages =
            $$"""{"role":"user","content":"Hi"},{"role":"assistant","content":"","tool_calls":"""
            + $$"""[{{Call}},{{Call.Replace("\"a\"", "\"b\"", StringComparison.Ordinal)}}]},{"role":"tool","tool_call_id":"b","content":"1"}""";
        Assert.Contains("did not have response messages: message[3].role", Message(await ChatAsync("qwen-plus", messages, status: HttpStatusCode.BadRequest)),
            StringComparison.Ordinal);
        await ChatAsync("qwen-plus", messages + """,{"role":"tool","tool_call_id":"a","content":"2"}""");
    }

    [Theory]
    [InlineData("""{"type":"function_call","call_id":"a","name":"get","arguments":"{}"}""", "No tool output found for function call a.")]
    [InlineData("""{"type":"function_call_output","call_id":"a","output":"1"}""", "No tool call found for function call output with call_id a.")]
    [InlineData("""{"type":"function_call","call_id":"a","name":"get","arguments":"{}"},{"role":"user","content":"x"},"""
        + """{"type":"function_call_output","call_id":"a","output":"1"}""",
        "No tool call found for function call output with call_id a.")]
    [InlineData("""{"type":"function_call","call_id":"a","name":"get","arguments":"{}"},{"type":"function_call","call_id":"b","name":"get","arguments":"{}"},"""
        + """{"type":"function_call_output","call_id":"a","output":"1"},{"type":"function_call_output","call_id":"b","output":"2"}""",
        "No tool call found for function call output with call_id a.")]
    public async Task An_output_must_directly_follow_its_call(string items, string message)
    {
        var refused = await _client.PostJsonAsync(EmulatorClient.Responses, $$"""{"model":"qwen-plus","input":[{"role":"user","content":"Hi"},{{items}}]}""",
            HttpStatusCode.BadRequest);
        Assert.Equal(message, refused.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_chain_cannot_be_continued_after_a_call_without_a_result(bool inConversation)
    {
        using var client =
            new EmulatorClient(new QwenEmulatorOptions { Replies = [new QwenEmulatorReply { ToolCalls = [new QwenToolCall("a", "get", "{}")] }] });
        string conversation = (await client.PostJsonAsync(EmulatorClient.Conversations, "{}")).GetProperty("id").GetString()!;
        string first = inConversation ? $",\"conversation\":\"{conversation}\"" : "";
        var called = await client.PostJsonAsync(EmulatorClient.Responses, $$"""{"model":"qwen-plus","input":"Hi"{{first}}}""");
        string next = inConversation ? first : $",\"previous_response_id\":\"{called.GetProperty("id").GetString()}\"";
        var refused = await client.PostJsonAsync(EmulatorClient.Responses, $$"""{"model":"qwen-plus","input":"And?"{{next}}}""", HttpStatusCode.BadRequest);
        Assert.Equal("No tool output found for function call a.", refused.GetProperty("message").GetString());
        await client.PostJsonAsync(EmulatorClient.Responses,
            $$"""{"model":"qwen-plus","input":[{"type":"function_call_output","call_id":"a","output":"1"},{"role":"user","content":"And?"}]{{next}}}""");
    }

    [Theory]
    [InlineData("qwen3.7-plus", """{"role":"system","content":"A"},{"role":"system","content":"B"},{"role":"user","content":"Hi"}""")]
    [InlineData("qwen3.5-plus", """{"role":"user","content":"Hi"},{"role":"system","content":"B"}""")]
    public async Task Newer_models_reject_a_second_system_message(string model, string messages)
    {
        Assert.Equal(Engine + "System message must be at the beginning.", Message(await ChatAsync(model, messages, status: HttpStatusCode.BadRequest)));
        await ChatAsync("qwen-plus", messages);
    }

    [Theory]
    [InlineData("qwen-plus", """{"role":"user","content":"Give me XML."}""", "json_object",
        "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.")]
    [InlineData("qwen-plus", """{"role":"user","content":"x"},{"role":"assistant","content":"json"},{"role":"user","content":"y"}""", "json_object",
        "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.")]
    [InlineData("qwen-plus", """{"role":"user","content":"Give me JSON."}""", "json_schema", "Unknown format of response_format, json_schema")]
    [InlineData("qwen-plus", """{"role":"user","content":"Give me JSON."}""", "xml", "Unknown format of response_format, xml")]
    public async Task An_invalid_response_format_is_rejected(string model, string messages, string format, string message)
    {
        string option = $$""","response_format":{"type":"{{format}}"}""";
        Assert.Equal(message, Message(await ChatAsync(model, messages, option, HttpStatusCode.BadRequest)));
        Assert.Equal(message, (await NativeAsync(Native, model, messages, option, HttpStatusCode.BadRequest)).GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("qwen-plus", "json_object")]
    [InlineData("qwen3.5-plus", "json_object")]
    [InlineData("qwen3.7-plus", "json_schema")]
    public async Task A_valid_response_format_is_accepted(string model, string format) =>
        await ChatAsync(model, """{"role":"system","content":"Answer in Json."},{"role":"user","content":"Hi"}""",
        $$""","response_format":{"type":"{{format}}"}""");

    [Theory]
    [InlineData("qwen-plus", "\"required\"", ToolChoiceForms)]
    [InlineData("qwen-plus", "1", ToolChoiceForms)]
    [InlineData("qwen-plus", """{"type":"function","name":"get"}""", ToolChoiceForms)]
    [InlineData("qwen-plus", """{"type":"function","function":{"name":"other"}}""",
        Engine + "Invalid value for \"tool_choice\": no function named \"other\" was specified in the \"tools\" parameter.")]
    [InlineData("qwen3.7-plus", "\"required\"", ToolChoiceThinking)]
    [InlineData("qwen3.7-plus", """{"type":"function","function":{"name":"get"}}""", ToolChoiceThinking)]
    public async Task An_undocumented_tool_choice_is_rejected(string model, string choice, string message)
    {
        string option = $$""","tools":{{Tools}},"tool_choice":{{choice}}""";
        Assert.Equal(message, Message(await ChatAsync(model, """{"role":"user","content":"Hi"}""", option, HttpStatusCode.BadRequest)));
    }

    [Theory]
    [InlineData("\"auto\"")]
    [InlineData("\"none\"")]
    [InlineData("""{"type":"function","function":{"name":"get"}}""")]
    public async Task A_documented_tool_choice_is_accepted(string choice) =>
        await ChatAsync("qwen-plus", """{"role":"user","content":"Hi"}""", $$""","tools":{{Tools}},"tool_choice":{{choice}}""");

    [Theory]
    [InlineData("\"required\"", 1, true)]
    [InlineData("\"required\"", 2, false)]
    [InlineData("\"any\"", 1, false)]
    [InlineData("""{"type":"function","name":"get"}""", 1, false)]
    [InlineData("""{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"get1"}]}""", 2, true)]
    [InlineData("""{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"get1"}]}""", 2, true)]
    [InlineData("""{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"get"}]}""", 2, false)]
    [InlineData("""{"type":"allowed_tools","mode":"sometimes","tools":[]}""", 2, false)]
    public async Task Responses_has_its_own_tool_choices(string choice, int tools, bool isTaken)
    {
        string list = string.Join(",", Enumerable.Range(0, tools).Select(i => $$"""{"type":"function","name":"get{{i}}"}"""));
        var answer =
            await _client.PostJsonAsync(EmulatorClient.Responses, $$"""{"model":"qwen-plus","input":"Hi","tools":[{{list}}],"tool_choice":{{choice}}}""",
            isTaken ? HttpStatusCode.OK : HttpStatusCode.BadRequest);
        if (!isTaken)
            Assert.StartsWith("Invalid 'tool_choice': ", answer.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_multimodal_model_searches_the_web_only_in_streams()
    {
        const string messages = """{"role":"user","content":[{"text":"Hi"}]}""";
        var refused =
            await NativeAsync(NativeMultimodal, "qwen3.6-plus", messages, ""","enable_search":true,"enable_thinking":false""", HttpStatusCode.BadRequest);
        Assert.Equal("Non-streaming mode does not support Web Search", refused.GetProperty("message").GetString());
        await NativeAsync(Native, "qwen-plus", """{"role":"user","content":"Hi"}""", ""","enable_search":true""", HttpStatusCode.OK);
    }
}
