using QwenChat.Protocols;
using QwenChat.Protocols.Tools;
using Xunit;

namespace QwenChat.Tests.Protocols;

/// <summary>Tests that invalid tools are rejected before any request is sent, and that the error contains advice.</summary>
public sealed class ToolRulesTests
{
    private static readonly ToolDefinition s_weather = ToolDefinition.Of("weather", null, null);
    private static readonly ToolDefinition s_time = ToolDefinition.Of("time", null, null);

    [Theory]
    [InlineData("search", "reserves the name 'search'")]
    [InlineData("get weather", "Specify a name of at most 64 letters, digits, '_' and '-'")]
    [InlineData("", "Specify a name of at most 64 letters, digits, '_' and '-'")]
    [InlineData("wetter-für-heute", "Specify a name of at most 64 letters, digits, '_' and '-'")]
    [InlineData("WEATHER", "Two tools have the name 'WEATHER'")]
    public void An_invalid_name_is_rejected_with_advice(string name, string message)
    {
        foreach (var api in Enum.GetValues<QwenApi>())
        {
            string refusal = Refusal(api, ToolFieldsTests.Request(api, s_weather, ToolDefinition.Of(name, null, null)));
            Assert.Contains(message, refusal, StringComparison.Ordinal);
            Assert.Contains("New-QwenTool -Name", refusal, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_name_has_at_most_64_characters()
    {
        ToolRules.Check(QwenApi.Responses, ToolFieldsTests.Request(QwenApi.Responses, ToolDefinition.Of(new string('a', 64), null, null)));
        Assert.Contains("at most 64",
            Refusal(QwenApi.Responses, ToolFieldsTests.Request(QwenApi.Responses, ToolDefinition.Of(new string('a', 65), null, null))),
                StringComparison.Ordinal);
    }

    [Fact]
    public void A_choice_without_tools_or_of_a_different_tool_is_rejected()
    {
        foreach (var api in Enum.GetValues<QwenApi>())
        {
            Assert.Contains("Add -Tool", Refusal(api, ToolFieldsTests.Request(api) with { ToolChoice = ToolChoice.Auto }), StringComparison.Ordinal);
            string refusal = Refusal(api, ToolFieldsTests.Request(api, s_weather, s_time) with { ToolChoice = ToolChoice.Of("tim") });
            Assert.Contains("'tim', which is not a tool of this turn. Specify one of these: weather, time.", refusal, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(QwenApi.ChatCompletions)]
    [InlineData(QwenApi.DashScope)]
    public void A_required_call_with_several_tools_is_rejected_with_advice(QwenApi api)
    {
        var request = ToolFieldsTests.Request(api, s_weather, s_time) with { ToolChoice = ToolChoice.Required };
        Assert.Contains("such as -ToolChoice weather, or use -Api Responses, which accepts", Refusal(api, request), StringComparison.Ordinal);
        ToolRules.Check(api, request with { StandardFieldsOnly = true });
        ToolRules.Check(QwenApi.Responses, request);
    }

    [Theory]
    [InlineData("On", QwenThinking.Default, null, true)]
    [InlineData("On", null, null, true)]
    [InlineData("On", QwenThinking.Off, null, false)]
    [InlineData("On", null, "none", false)]
    [InlineData("Off", null, null, false)]
    [InlineData("Off", QwenThinking.On, null, true)]
    [InlineData("Off", null, "low", true)]
    [InlineData(null, null, null, false)]
    public void A_forced_call_is_rejected_if_the_model_thinks(string? byDefault, QwenThinking? asked, string? effort, bool isRefused)
    {
        var options = new QwenOptions { Thinking = asked, ReasoningEffort = effort };
        foreach (var api in (QwenApi[])[QwenApi.ChatCompletions, QwenApi.DashScope])
        {
            var request = ToolFieldsTests.Request(api, s_time) with { Options = options, Facts = new QwenModel { Id = "m", Thinking = byDefault },
                ToolChoice = ToolChoice.Of("time") };
            if (isRefused)
                Assert.Contains("Add -Thinking Off", Refusal(api, request), StringComparison.Ordinal);
            else
                ToolRules.Check(api, request);
            ToolRules.Check(api, request with { ToolChoice = ToolChoice.Auto });
            ToolRules.Check(api, request with { StandardFieldsOnly = true });
        }
    }

    [Fact]
    public void A_model_that_always_thinks_is_not_told_to_turn_thinking_off()
    {
        var request = ToolFieldsTests.Request(QwenApi.ChatCompletions, s_time) with { Facts = new QwenModel { Id = "m", Thinking = "Only" },
            ToolChoice = ToolChoice.Required };
        string refusal = Refusal(QwenApi.ChatCompletions, request);
        Assert.Contains("always thinks", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("-Thinking Off", refusal, StringComparison.Ordinal);
    }

    private static string Refusal(QwenApi api, ChatRequest request)
    {
        var refusal = Assert.Throws<QwenException>(() => ToolRules.Check(api, request));
        Assert.Equal(QwenErrorKind.InvalidRequest, refusal.Kind);
        return refusal.Message;
    }
}
