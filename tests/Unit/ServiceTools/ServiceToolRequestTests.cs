using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.ServiceTools;

/// <summary>Tests the request fields for the service's own tools with each API (wire §16). Unsupported tools must be rejected.</summary>
public sealed class ServiceToolRequestTests
{
    [Theory]
    [InlineData(QwenBuiltInTool.WebSearch, """[{"type":"web_search"}]""")]
    [InlineData(QwenBuiltInTool.WebSearch | QwenBuiltInTool.WebExtractor, """[{"type":"web_search"},{"type":"web_extractor"}]""")]
    [InlineData(QwenBuiltInTool.CodeInterpreter, """[{"type":"code_interpreter"}]""")]
    [InlineData(QwenBuiltInTool.ImageSearch, """[{"type":"web_search_image"}]""")]
    [InlineData(QwenBuiltInTool.FileSearch, """[{"type":"file_search","vector_store_ids":["kb1"]}]""")]
    public async Task Responses_and_Conversations_support_each_tool(QwenBuiltInTool tools, string expected)
    {
        foreach (var api in new[] { QwenApi.Responses, QwenApi.Conversations })
        {
            string? knowledgeBase = tools == QwenBuiltInTool.FileSearch ? "kb1" : null;
            var body = await ServiceToolBed.PlanAsync(api, new QwenOptions { Model = "qwen3.8-max", BuiltInTool = tools, KnowledgeBase = knowledgeBase });
            Assert.Equal(expected, body.GetProperty("tools").GetRawText());
        }
    }

    [Fact]
    public async Task A_plan_shows_an_MCP_server_with_hidden_header_values()
    {
        var body = await ServiceToolBed.PlanAsync(QwenApi.Responses, new QwenOptions { Model = "qwen3.8-max", RemoteMcpServer = [ServiceToolBed.Server()] });
        Assert.Equal("""
            [{"type":"mcp","server_protocol":"sse","server_label":"maps","server_description":"Maps.","server_url":"https://mcp.example.com/sse",
            """.TrimEnd() + "\"headers\":{\"Authorization\":\"…\"}}]", body.GetProperty("tools").GetRawText());
    }

    [Fact]
    public async Task A_search_can_be_requested_in_two_ways()
    {
        QwenOptions[] ways =
        [
            new QwenOptions { Search = true },
            new QwenOptions { BuiltInTool = QwenBuiltInTool.WebSearch },
            new QwenOptions { Search = true, BuiltInTool = QwenBuiltInTool.WebSearch },
        ];
        foreach (var options in ways)
        {
            var body = await ServiceToolBed.PlanAsync(QwenApi.Responses, options with { Model = "qwen3.8-max" });
            Assert.Equal("""[{"type":"web_search"}]""", body.GetProperty("tools").GetRawText());
        }
        var none = await ServiceToolBed.PlanAsync(
            QwenApi.Responses, new QwenOptions { Model = "qwen3.8-max", Search = false, BuiltInTool = QwenBuiltInTool.WebSearch });
        Assert.False(none.TryGetProperty("tools", out _));
    }

    [Fact]
    public async Task A_knowledge_base_implies_file_search()
    {
        var options = new QwenOptions { Model = "qwen3.8-max", KnowledgeBase = "kb1" };
        Assert.True((await ServiceToolBed.PlanAsync(QwenApi.Responses, options)).TryGetProperty("tools", out _));
        Assert.False((await ServiceToolBed.PlanAsync(QwenApi.Responses, options with { BuiltInTool = QwenBuiltInTool.None })).TryGetProperty("tools", out _));
    }

    [Theory]
    [InlineData(QwenApi.ChatCompletions, """{"search_strategy":"agent_max"}""")]
    [InlineData(QwenApi.DashScope, """{"enable_source":true,"search_strategy":"agent_max"}""")]
    public async Task Chat_Completions_and_DashScope_have_switches_and_require_streaming_with_thinking(QwenApi api, string search)
    {
        const QwenBuiltInTool tools = QwenBuiltInTool.WebSearch | QwenBuiltInTool.WebExtractor | QwenBuiltInTool.CodeInterpreter;
        var body = await ServiceToolBed.PlanAsync(api, new QwenOptions { Model = "qwen3-max", BuiltInTool = tools });
        var fields = api == QwenApi.DashScope ? body.GetProperty("parameters") : body;
        Assert.True(fields.GetProperty("enable_search").GetBoolean());
        Assert.True(fields.GetProperty("enable_code_interpreter").GetBoolean());
        Assert.True(fields.GetProperty("enable_thinking").GetBoolean());
        Assert.True(fields.GetProperty(api == QwenApi.DashScope ? "incremental_output" : "stream").GetBoolean());
        Assert.Equal(search, fields.GetProperty("search_options").GetRawText());
    }

    [Theory]
    [InlineData("qwen3.8-omni-flash", "agent")]
    [InlineData("qwen3.5-omni-plus", "agent")]
    [InlineData("qwen3.8-max", null)]
    public async Task An_omni_model_has_one_search_strategy(string model, string? strategy)
    {
        var body = await ServiceToolBed.PlanAsync(QwenApi.ChatCompletions, new QwenOptions { Model = model, Search = true });
        Assert.Equal(strategy, body.TryGetProperty("search_options", out var options) ? options.GetProperty("search_strategy").GetString() : null);
    }

    [Theory]
    [InlineData(QwenApi.Responses, "qwen3-max", true)]
    [InlineData(QwenApi.Responses, "qwen3.8-max", false)]
    public async Task Thinking_is_requested_if_a_model_does_not_think_by_default(QwenApi api, string model, bool asked)
    {
        var body = await ServiceToolBed.PlanAsync(api, new QwenOptions { Model = model, BuiltInTool = QwenBuiltInTool.CodeInterpreter });
        Assert.Equal(asked, body.TryGetProperty("enable_thinking", out _));
    }

    [Theory]
    [InlineData(QwenApi.ChatCompletions, "qwen3.8-max", QwenBuiltInTool.ImageSearch, "does not support ImageSearch; Responses and Conversations do")]
    [InlineData(QwenApi.DashScope, "qwen3.8-max", QwenBuiltInTool.FileSearch, "New-QwenConversation -Api Responses")]
    [InlineData(QwenApi.ChatCompletions, "qwen3.8-max", QwenBuiltInTool.WebSearch | QwenBuiltInTool.WebExtractor, "Models that do: qwen3-max.")]
    [InlineData(QwenApi.DashScope, "qwen3.6-plus", QwenBuiltInTool.WebSearch | QwenBuiltInTool.WebExtractor, "qwen3-max")]
    [InlineData(QwenApi.ChatCompletions, "deepseek-v4-pro", QwenBuiltInTool.WebSearch, "deepseek-v4-pro does not support WebSearch in the ChatCompletions API")]
    [InlineData(QwenApi.ChatCompletions, "kimi-k3", QwenBuiltInTool.WebSearch, "kimi-k3 does not support WebSearch")]
    [InlineData(QwenApi.ChatCompletions, "glm-5.2", QwenBuiltInTool.WebSearch, "glm-5.2 does not support WebSearch")]
    [InlineData(QwenApi.Responses, "qwen3.8-omni-flash", QwenBuiltInTool.CodeInterpreter, "qwen3.8-omni-flash does not support CodeInterpreter in")]
    [InlineData(QwenApi.Responses, "qwen-max", QwenBuiltInTool.WebSearch, "qwen-max does not support WebSearch")]
    [InlineData(QwenApi.Responses, "qwen3.8-max", QwenBuiltInTool.WebExtractor, "-BuiltInTool WebSearch, WebExtractor")]
    [InlineData(QwenApi.Responses, "qwen3.8-max", QwenBuiltInTool.FileSearch, "Add -KnowledgeBase")]
    [InlineData(QwenApi.ChatCompletions, "qwen3-coder-plus", QwenBuiltInTool.CodeInterpreter, "does not support thinking")]
    public async Task An_unsupported_tool_is_rejected_with_alternatives(QwenApi api, string model, QwenBuiltInTool tools, string part)
    {
        string? knowledgeBase = part.Contains("KnowledgeBase", StringComparison.Ordinal) ? null : tools == QwenBuiltInTool.FileSearch ? "kb1" : null;
        Assert.Contains(part, await ServiceToolBed.RefusalAsync(api, new QwenOptions { Model = model, BuiltInTool = tools, KnowledgeBase = knowledgeBase }),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(QwenApi.ChatCompletions, "qwen3.8-max", QwenThinking.Off, null)]
    [InlineData(QwenApi.DashScope, "qwen3.8-max", null, "none")]
    [InlineData(QwenApi.Responses, "qwen3-max", QwenThinking.Off, null)]
    public async Task The_code_tool_is_rejected_without_thinking(QwenApi api, string model, QwenThinking? thinking, string? effort) => Assert.Contains("thinks",
        await ServiceToolBed.RefusalAsync(api,
            new QwenOptions { Model = model, BuiltInTool = QwenBuiltInTool.CodeInterpreter, Thinking = thinking, ReasoningEffort = effort }),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("two ids")]
    [InlineData("a,b")]
    public async Task Only_one_knowledge_base_is_allowed(string id) => Assert.Contains("only one knowledge base",
        await ServiceToolBed.RefusalAsync(QwenApi.Responses, new QwenOptions { Model = "qwen3.8-max", KnowledgeBase = id }), StringComparison.Ordinal);

    [Fact]
    public async Task The_users_tool_replaces_the_same_service_tool()
    {
        var extra = new Dictionary<string, System.Text.Json.JsonElement>
        {
            ["tools"] = System.Text.Json.JsonDocument.Parse("""[{"type":"code_interpreter","x":1}]""").RootElement,
        };
        var options = new QwenOptions { Model = "qwen3.8-max", ExtraBody = extra, BuiltInTool = QwenBuiltInTool.WebSearch | QwenBuiltInTool.CodeInterpreter };
        Assert.Equal("""[{"type":"code_interpreter","x":1},{"type":"web_search"}]""",
            (await ServiceToolBed.PlanAsync(QwenApi.Responses, options)).GetProperty("tools").GetRawText());
    }

    [Fact]
    public void An_MCP_server_in_ExtraBody_is_rejected()
    {
        var extra = new Dictionary<string, System.Text.Json.JsonElement>
        {
            ["tools"] = System.Text.Json.JsonDocument.Parse("""{"type":"mcp","headers":{"a":"b"}}""").RootElement,
        };
        Assert.Contains("-RemoteMcpServer", Assert.Throws<QwenException>(
            () => OptionCheck.CheckExtraBody(QwenApi.Responses, new QwenOptions { ExtraBody = extra })).Message, StringComparison.Ordinal);
    }
}
