using System.Text.Json;
using System.Text.RegularExpressions;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.Turn;

/// <summary>Tests -ExtraBody. Fields that QwenChat itself writes are rejected with advice, and fields without a parameter are accepted.</summary>
public sealed partial class OwnFieldTests
{
    [Theory]
    [InlineData(QwenApi.ChatCompletions)]
    [InlineData(QwenApi.DashScope)]
    [InlineData(QwenApi.Responses)]
    [InlineData(QwenApi.Conversations)]
    public void The_advice_names_a_parameter_that_exists(QwenApi api)
    {
        string[] parameters = ["-Model", "-Instructions", "-Stateless", "-Stream", "-Thinking", "-ThinkingBudget", "-ReasoningEffort", "-Temperature", "-TopP",
            "-MaxOutputTokens", "-Seed", "-Search", "-BuiltInTool", "-AudioVoice", "-ExtraBody"];
        foreach (string name in ChatProtocol.OwnFields(api))
        {
            var options = new QwenOptions { ExtraBody = new Dictionary<string, JsonElement> { [name] = JsonSerializer.SerializeToElement(true) } };
            string message = Assert.Throws<QwenException>(() => OptionCheck.CheckExtraBody(api, options)).Message;
            Assert.Contains($"'{name}'", message, StringComparison.Ordinal);
            Assert.All(Parameter().Matches(message), found => Assert.True(parameters.Contains(found.Value), message));
        }
    }

    [Theory]
    [InlineData(QwenApi.ChatCompletions, "qwen3.6-plus", true)]
    [InlineData(QwenApi.ChatCompletions, "qwen3.6-plus", false)]
    [InlineData(QwenApi.DashScope, "qwen3.6-plus", true)]
    [InlineData(QwenApi.DashScope, "qwen3.6-plus", false)]
    [InlineData(QwenApi.ChatCompletions, "qwen-plus", true)]
    public async Task Earlier_thinking_can_be_requested(QwenApi api, string model, bool asked)
    {
        using var emulator = QwenEmulator.Start(new QwenEmulatorOptions());
        var client = new QwenClient(QwenConnection.To(emulator.BaseUri, emulator.ApiKey) with { MaximumRetryCount = 0 });
        var conversation = client.NewConversation(api, new QwenOptions
        {
            Model = model,
            Thinking = QwenThinking.On,
            ExtraBody = new Dictionary<string, JsonElement> { ["preserve_thinking"] = JsonSerializer.SerializeToElement(asked) },
        });
        await client.SendAsync(conversation, "One");
        await client.SendAsync(conversation, "Two");
        string body = emulator.Requests[^1].Body;
        Assert.Single(Regex.Matches(body, "\"preserve_thinking\":" + (asked ? "true" : "false")));
        Assert.Single(Regex.Matches(body, "preserve_thinking"));
        Assert.Equal(asked, body.Contains("reasoning_content", StringComparison.Ordinal));
    }

    [Fact]
    public void The_value_of_preserve_thinking_must_be_true_or_false()
    {
        var options = new QwenOptions { ExtraBody = new Dictionary<string, JsonElement> { ["preserve_thinking"] = JsonSerializer.SerializeToElement("yes") } };
        Assert.Contains("It must be $true or $false",
            Assert.Throws<QwenException>(() => OptionCheck.CheckExtraBody(QwenApi.ChatCompletions, options)).Message, StringComparison.Ordinal);
    }

    [GeneratedRegex("(?<![A-Za-z])-[A-Z][A-Za-z]+(?![A-Za-z-])")]
    private static partial Regex Parameter();
}
