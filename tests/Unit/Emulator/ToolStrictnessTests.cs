using System.Net;
using Xunit;

namespace QwenChat.Tests.Emulator;

/// <summary>Tests that the emulator rejects the tool requests that the service rejects, with each API.</summary>
public sealed class ToolStrictnessTests : IDisposable
{
    private const string Engine = "<400> InternalError.Algo.InvalidParameter: ";
    private const string Question = """{"role":"user","content":"Hi"}""";
    private const string SchemaForm = Engine + "The parameters, when provided as a dict, must confirm to a valid openai-compatible JSON...";
    private const string ForcedInThinking = "The tool_choice parameter does not support being set to required or object in thinking mode";
    private readonly ToolClient _client = new();

    public static TheoryData<string> Apis => ["ChatCompletions", "DashScope", "Responses", "Conversations"];

    public void Dispose() => _client.Dispose();

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task The_name_search_is_reserved(string api) =>
        Assert.Equal("Tool names are not allowed to be [search]", await _client.RefusalAsync(api, Question, Tools(ToolClient.Tool(api, "search"))));

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_name_can_have_letters_digits_underscores_and_hyphens(string api)
    {
        foreach (string name in (string[])["get weather", "get.weather", "wetter-für-heute", "Microsoft.PowerShell.Utility\\\\Get-Date"])
        {
            string? message = await _client.RefusalAsync(api, Question, Tools(ToolClient.Tool(api, name)));
            Assert.EndsWith("string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.", message, StringComparison.Ordinal);
        }
        await _client.AskAsync(api, Question, Tools(ToolClient.Tool(api, "Get-Weather_2")));
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_name_has_at_most_64_characters(string api)
    {
        await _client.AskAsync(api, Question, Tools(ToolClient.Tool(api, new string('a', 64))));
        string? message = await _client.RefusalAsync(api, Question, Tools(ToolClient.Tool(api, new string('a', 65))));
        Assert.EndsWith("Expected a string with maximum length 64, but got a string with length 65 instead.", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ChatCompletions", "Missing required parameter: 'tools[0].function'.")]
    [InlineData("DashScope", "Missing required parameter: 'tools[0].function'.")]
    [InlineData("Responses", SchemaForm)]
    [InlineData("Conversations", SchemaForm)]
    public async Task The_format_of_a_different_API_is_rejected(string api, string message)
    {
        string other = ToolClient.Tool(ToolClient.IsFlat(api) ? "ChatCompletions" : "Responses", "weather");
        Assert.Equal(message, await _client.RefusalAsync(api, Question, Tools(other)));
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_schema_must_be_an_object(string api) =>
        Assert.Equal(SchemaForm, await _client.RefusalAsync(api, Question, Tools(ToolClient.Tool(api, "weather", "\"text\""))));

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task Some_models_do_not_support_tools(string api)
    {
        string model = api == "DashScope" ? "qwen-mt-plus" : "qwen-plus-character";
        Assert.Equal(Engine + "The tool call is not supported.", await _client.RefusalAsync(api, Question, Tools(ToolClient.Tool(api, "weather")), model));
        await _client.AskAsync(api, Question, ",\"tools\":[]", model: model);
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_thinking_model_cannot_be_forced_to_call_a_tool(string api)
    {
        string tools = Tools(ToolClient.Tool(api, "weather"));
        string question = api == "DashScope" ? """{"role":"user","content":[{"text":"Hi"}]}""" : Question;
        string forced = tools + $",\"tool_choice\":{ToolClient.Forced(api, "weather")}";
        Assert.Equal(ForcedInThinking, await _client.RefusalAsync(api, question, forced, "qwen3.7-plus"));
        Assert.Equal(ForcedInThinking, await _client.RefusalAsync(api, question, tools + ",\"tool_choice\":\"required\"", "qwen3.7-plus"));
        await _client.AskAsync(api, question, forced + ",\"enable_thinking\":false", model: "qwen3.7-plus");
        await _client.AskAsync(api, question, tools + ",\"tool_choice\":\"auto\"", model: "qwen3.7-plus");
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_choice_must_name_a_tool_of_the_request(string api)
    {
        string? message =
            await _client.RefusalAsync(api, Question, Tools(ToolClient.Tool(api, "weather")) + $",\"tool_choice\":{ToolClient.Forced(api, "time")}");
        Assert.Contains(ToolClient.IsFlat(api) ? "no function named 'time'" : "no function named \"time\" was specified", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ChatCompletions", "tool_choice is one of the strings that should be [\"none\", \"auto\"]")]
    [InlineData("DashScope", "tool_choice is one of the strings that should be [\"none\", \"auto\"]")]
    [InlineData("Responses", "Invalid 'tool_choice': 'required' is supported only with exactly one tool.")]
    [InlineData("Conversations", "Invalid 'tool_choice': 'required' is supported only with exactly one tool.")]
    public async Task Tool_choice_required_is_rejected_with_two_tools(string api, string message)
    {
        string tools = $"{ToolClient.Tool(api, "weather")},{ToolClient.Tool(api, "time")}";
        Assert.Equal(message, await _client.RefusalAsync(api, Question, Tools(tools) + ",\"tool_choice\":\"required\""));
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_result_must_name_a_call(string api)
    {
        string expected = ToolClient.IsFlat(api) ? "No tool call found for function call output with call_id c2."
            : Engine + "messages with role \"tool\" must be a response to a preceeding message with \"tool_calls\".";
        Assert.Equal(expected, await _client.RefusalAsync(api, ToolClient.History(api, answered: "c2")));
        await _client.AskAsync(api, ToolClient.History(api));
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_call_must_have_a_result(string api)
    {
        string open = ToolClient.History(api);
        open = open[..open.LastIndexOf(",{", StringComparison.Ordinal)];
        string expected = ToolClient.IsFlat(api) ? "No tool output found for function call c1."
            : Engine + "An assistant message with \"tool_calls\" must be followed by tool messages responding to each \"tool_call_id\". "
                + "The following tool_call_ids did not have response messages: message[2].role";
        Assert.Equal(expected, await _client.RefusalAsync(api, open));
        Assert.Equal(expected, await _client.RefusalAsync(api, open + "," + Question));
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task Arguments_in_the_history_must_be_a_JSON_object(string api)
    {
        foreach (string arguments in (string[])["", "{\"city\":", "{\"city\":\"Rome\"}}", "Rome", "\"Rome\""])
        {
            Assert.Equal(Engine + "The \"function.arguments\" parameter of the code model must be in JSON format.",
                await _client.RefusalAsync(api, ToolClient.History(api, arguments)));
        }
    }

    [Theory]
    [InlineData("function_call", "\"call_id\":\"c1\",\"name\":\"weather\",\"arguments\":\"{}\"")]
    [InlineData("function_call_output", "\"call_id\":\"c1\",\"output\":\"Sunny\"")]
    public async Task A_conversation_object_accepts_only_messages(string type, string members)
    {
        using var client = new EmulatorClient();
        string id = (await client.PostJsonAsync(EmulatorClient.Conversations, "{}")).GetProperty("id").GetString()!;
        string items = "{\"items\":[{\"type\":\"" + type + "\"," + members + "}]}";
        var refused = await client.PostJsonAsync($"{EmulatorClient.Conversations}/{id}/items", items, HttpStatusCode.BadRequest);
        Assert.Equal($"Invalid item type: '{type}'. Only 'message' is supported.", refused.GetProperty("message").GetString());
    }

    private static string Tools(string tools) => $",\"tools\":[{tools}]";
}
