using System.Text;
using System.Text.Json;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Protocols.Tools;
using Xunit;

namespace QwenChat.Tests.Protocols;

/// <summary>Tests the tools and the tool choice in a request (wire §14).</summary>
public sealed class ToolFieldsTests
{
    private static readonly ToolDefinition s_weather =
        ToolDefinition.Of("weather", "The weather.", """{ "type": "object", "properties": { "city": { "type": "string" } } }""");
    private static readonly ToolDefinition s_time = ToolDefinition.Of("time", null, null);

    [Fact]
    public void Chat_writes_nested_tools_before_the_messages() => Assert.Equal(
        """{"model":"m","tools":[{"type":"function","function":{"name":"weather","description":"The weather.","parameters":{"type":"object","properties":"""
            + """{"city":{"type":"string"}}}}},{"type":"function","function":{"name":"time","parameters":{"type":"object","properties":{}}}}],"messages":["""
            + """{"role":"user","content":"Hi"}],"parallel_tool_calls":true}""",
        Write(QwenApi.ChatCompletions, Request(QwenApi.ChatCompletions, s_weather, s_time)));

    [Fact]
    public void DashScope_writes_nested_tools_among_the_parameters() => Assert.Equal(
        """{"model":"m","input":{"messages":[{"role":"user","content":"Hi"}]},"parameters":{"result_format":"message","tools":["""
            + """{"type":"function","function":{"name":"time","parameters":{"type":"object","properties":{}}}}],"parallel_tool_calls":true}}""",
        Write(QwenApi.DashScope, Request(QwenApi.DashScope, s_time)));

    [Theory]
    [InlineData(QwenApi.Responses)]
    [InlineData(QwenApi.Conversations)]
    public void Responses_writes_flat_tools_with_a_description(QwenApi api) => Assert.Equal(
        """{"model":"m","tools":[{"type":"function","name":"weather","description":"The weather.","parameters":{"type":"object","properties":{"city":"""
            + """{"type":"string"}}}},{"type":"function","name":"time","description":"time","parameters":{"type":"object","properties":{}}}],"input":["""
            + """{"type":"message","role":"user","content":[{"type":"input_text","text":"Hi"}]}],"parallel_tool_calls":true}""",
        Write(api, Request(api, s_weather, s_time)));

    [Theory]
    [InlineData("Auto", "\"auto\"", "\"auto\"")]
    [InlineData("None", "\"none\"", "\"none\"")]
    [InlineData("time", """{"type":"function","function":{"name":"time"}}""",
        """{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"time"}]}""")]
    public void A_tool_choice_with_two_tools_is_written(string choice, string nested, string flat)
    {
        foreach (var api in Enum.GetValues<QwenApi>())
            Assert.Equal(IsFlat(api) ? flat : nested, Field(api, Request(api, s_weather, s_time) with { ToolChoice = Choice(choice) }, "tool_choice"));
    }

    [Theory]
    [InlineData("Required")]
    [InlineData("time")]
    public void A_choice_of_the_only_tool_is_written_as_required_or_its_name(string choice)
    {
        foreach (var api in Enum.GetValues<QwenApi>())
        {
            string expected = IsFlat(api) ? "\"required\"" : """{"type":"function","function":{"name":"time"}}""";
            Assert.Equal(expected, Field(api, Request(api, s_time) with { ToolChoice = Choice(choice) }, "tool_choice"));
        }
    }

    [Fact]
    public void With_Responses_a_required_call_of_one_of_several_tools_is_written_as_allowed_tools()
    {
        const string expected =
            """{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"weather"},{"type":"function","name":"time"}]}""";
        Assert.Equal(expected,
            Field(QwenApi.Responses, Request(QwenApi.Responses, s_weather, s_time) with { ToolChoice = ToolChoice.Required }, "tool_choice"));
    }

    [Fact]
    public void A_web_search_in_addition_to_the_only_tool_counts_as_a_tool()
    {
        var request = Request(QwenApi.Responses, s_time) with { ToolChoice = ToolChoice.Required, Options = new QwenOptions { Search = true } };
        Assert.Equal("""{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"time"}]}""",
            Field(QwenApi.Responses, request, "tool_choice"));
        Assert.EndsWith(",{\"type\":\"web_search\"}]", Field(QwenApi.Responses, request, "tools"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(QwenApi.ChatCompletions, "Required", "\"required\"")]
    [InlineData(QwenApi.ChatCompletions, "time", """{"type":"function","function":{"name":"time"}}""")]
    [InlineData(QwenApi.Responses, "Required", "\"required\"")]
    [InlineData(QwenApi.Responses, "time", """{"type":"function","name":"time"}""")]
    public void Other_servers_get_the_standard_choices(QwenApi api, string choice, string expected)
    {
        var request = Request(api, s_weather, s_time) with { ToolChoice = Choice(choice), StandardFieldsOnly = true };
        Assert.Equal(expected, Field(api, request, "tool_choice"));
        Assert.Equal("true", Field(api, request, "parallel_tool_calls"));
    }

    [Theory]
    [InlineData("glm-5.2", true, false, "true")]
    [InlineData("glm-4.7", true, false, "true")]
    [InlineData("glm-5.2", false, false, null)]
    [InlineData("glm-5.2", true, true, null)]
    [InlineData("glm-5.3", true, false, null)]
    [InlineData("qwen-plus", true, false, null)]
    public void Streamed_calls_are_requested_from_older_GLM_models(string model, bool stream, bool standard, string? expected)
    {
        var request = Request(QwenApi.ChatCompletions, s_time) with { Model = model, Stream = stream, StandardFieldsOnly = standard };
        Assert.Equal(expected, Field(QwenApi.ChatCompletions, request, "tool_stream"));
        Assert.Null(Field(QwenApi.ChatCompletions, request with { Tools = [] }, "tool_stream"));
    }

    [Fact]
    public void Tools_in_ExtraBody_follow_the_requests_tools_and_other_fields_are_kept()
    {
        foreach (var api in Enum.GetValues<QwenApi>())
        {
            var extra =
                JsonDocument.Parse("""{"tools":{"type":"web_search"},"tool_choice":"none","parallel_tool_calls":false}""").RootElement.EnumerateObject();
            var request = Request(api, s_time) with
            {
                ToolChoice = ToolChoice.Auto,
                Options = new QwenOptions { ExtraBody = extra.ToDictionary(field => field.Name, field => field.Value) },
            };
            Assert.EndsWith(",{\"type\":\"web_search\"}]", Field(api, request, "tools"), StringComparison.Ordinal);
            Assert.Equal("[{\"type\":\"web_search\"}]", Field(api, request with { Tools = [] }, "tools"));
            Assert.Equal(("\"none\"", "false"), (Field(api, request, "tool_choice"), Field(api, request, "parallel_tool_calls")));
        }
    }

    [Fact]
    public void Without_tools_nothing_is_written()
    {
        foreach (var api in Enum.GetValues<QwenApi>())
        {
            string body = Write(api, Request(api));
            Assert.DoesNotContain("tool", body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{} {}")]
    public void A_schema_that_is_not_JSON_is_rejected(string schema) => Assert.ThrowsAny<JsonException>(() => ToolDefinition.Of("f", null, schema));

    internal static ChatRequest Request(QwenApi api, params ToolDefinition[] tools) => new()
    {
        Model = "m",
        Options = new QwenOptions(),
        Input = ChatProtocol.For(api, "m").WriteMessage(MessageDraft.OfText("user", "Hi"), DateTimeOffset.UnixEpoch),
        Tools = tools,
    };

    private static ToolChoice Choice(string word) => word switch
    {
        "Auto" => ToolChoice.Auto,
        "None" => ToolChoice.None,
        "Required" => ToolChoice.Required,
        _ => ToolChoice.Of(word),
    };

    private static bool IsFlat(QwenApi api) => api is QwenApi.Responses or QwenApi.Conversations;

    private static string Write(QwenApi api, ChatRequest request) => Encoding.UTF8.GetString(ChatProtocol.For(api, "m").WriteRequest(request).ToArray());

    /// <summary>Returns a field of the body, or null. With the native API, the field is in <c>parameters</c>. No field may occur twice.</summary>
    private static string? Field(QwenApi api, ChatRequest request, string name)
    {
        using var body = JsonDocument.Parse(Write(api, request));
        var place = api == QwenApi.DashScope ? body.RootElement.GetProperty("parameters") : body.RootElement;
        Assert.Equal(place.EnumerateObject().Count(), place.EnumerateObject().Select(field => field.Name).Distinct().Count());
        return place.TryGetProperty(name, out var value) ? value.GetRawText() : null;
    }
}
