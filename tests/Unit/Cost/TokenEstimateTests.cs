using System.Text;
using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.Cost;

/// <summary>Compares the token estimate with the few documented counts and with emulated tokenizers.</summary>
public class TokenEstimateTests
{
    // All samples of wire §13. A test below covers the correction by the token counts that the service reports.
    [Theory]
    [InlineData("代码改变世界", 3)]
    [InlineData("Hello, world!", 4)]
    [InlineData("你好", 1)]
    [InlineData("你是谁", 2)]
    [InlineData("I'm John, please remember it.", 8)]
    [InlineData("1234567890", 10)]
    [InlineData("  leading   spaces\n\nnew line\t tab", 9)]
    [InlineData("def f(x):\n    return x+1\n", 10)]
    [InlineData("naïve café — “quotes” 😀", 9)]
    [InlineData("Recommend a sci-fi movie about space exploration.", 10)]
    [InlineData("请问 1+1 是多少？", 8)]
    [InlineData("You are a helpful assistant.", 6)]
    public void The_estimate_of_a_documented_text_is_close(string text, int tokens) => Assert.InRange(TokenCount.OfText(text), tokens - 1.3, tokens + 1.3);

    [Theory]
    [InlineData("请问 1+1 是多少？", null, 16)]
    [InlineData("你是谁", null, 10)]
    [InlineData("你是谁？", "You are a helpful assistant.", 22)]
    [InlineData("你好", null, 9)]
    public void The_estimate_of_a_documented_prompt_is_close(string message, string? instructions, int tokens)
    {
        var items = ChatProtocol.For(QwenApi.ChatCompletions, "m").WriteMessage(MessageDraft.OfText("user", message), DateTimeOffset.UnixEpoch);
        Assert.InRange(new TokenEstimate(QwenApi.ChatCompletions, default).OfRequest(items, instructions), tokens * 0.9, tokens * 1.1 + 0.9);
    }

    [Theory]
    [InlineData(QwenApi.ChatCompletions, 0.6)]
    [InlineData(QwenApi.ChatCompletions, 1.0)]
    [InlineData(QwenApi.ChatCompletions, 1.6)]
    [InlineData(QwenApi.Responses, 0.6)]
    [InlineData(QwenApi.Responses, 1.6)]
    public async Task The_estimate_is_within_a_tenth_after_two_turns_with_any_tokenizer(QwenApi api, double factor)
    {
        using var emulator = QwenEmulator.Start(new QwenEmulatorOptions { TokenFactor = factor, Reply = (prompt, _) => Words(prompt.Messages.Count, 150) });
        var client = new QwenClient(QwenConnection.To(emulator.BaseUri, emulator.ApiKey));
        var conversation = client.NewConversation(api, new QwenOptions { Instructions = Words(0, 30), Thinking = QwenThinking.Off });
        for (int turn = 1; turn <= 8; turn++)
        {
            // From the third turn on, each message is longer than any earlier message.
            string message = Words(turn * 100, turn < 3 ? 100 : 400 * turn);
            var plan = await client.PlanAsync(conversation, message);
            var reply = await client.SendAsync(conversation, message);
            if (turn > 2)
                Assert.InRange(plan.EstimatedInputTokens, reply.Usage!.InputTokens!.Value * 0.9, reply.Usage.InputTokens.Value * 1.1);
        }
    }

    [Fact]
    public async Task The_estimate_does_not_include_omitted_turns()
    {
        using var emulator = QwenEmulator.Start();
        var client = new QwenClient(QwenConnection.To(emulator.BaseUri, emulator.ApiKey));
        var conversation = client.NewConversation(QwenApi.ChatCompletions, new QwenOptions { Thinking = QwenThinking.Off });
        for (int i = 0; i < 5; i++)
            await client.SendAsync(conversation, Words(i, 200));
        var estimate = new TokenEstimate(conversation.ApiKind, conversation.Path);
        long all = estimate.OfRequest([], null), last = estimate.OfRequest([], null, from: 4);
        Assert.InRange(last, estimate.OfTurn(conversation.Path[4]), estimate.OfTurn(conversation.Path[4]) + 10);
        Assert.InRange(all, (long)(0.9 * Enumerable.Range(0, 5).Sum(i => estimate.OfTurn(conversation.Path[i]))),
            (long)(1.1 * Enumerable.Range(0, 5).Sum(i => estimate.OfTurn(conversation.Path[i]))) + 10);
    }

    [Fact]
    public void The_estimate_includes_thinking_only_if_thinking_is_sent()
    {
        var items = ChatProtocol.For(QwenApi.ChatCompletions, "m")
            .WriteMessage(MessageDraft.OfText("assistant", "Yes.") with { Thinking = Words(1, 100) }, DateTimeOffset.UnixEpoch);
        Assert.True(new TokenEstimate(QwenApi.ChatCompletions, default).OfItems(items) < 20);
        Assert.True(new TokenEstimate(QwenApi.ChatCompletions, default, withThinking: true).OfItems(items) > 90);
    }

    private static string Words(int seed, int count)
    {
        string[] words = ["the", "city", "summer", "recommend", "travel", "of", "and", "beautiful", "temple", "food,", "street.", "about", "in", "market"];
        var random = new Random(seed);
        var text = new StringBuilder();
        for (int i = 0; i < count; i++)
            text.Append(i == 0 ? "" : " ").Append(words[random.Next(words.Length)]);
        return text.ToString();
    }
}
