using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Protocols;
using Xunit;

namespace QwenChat.Tests.Cost;

/// <summary>Compares estimated token counts with the counts of the public Qwen3 vocabulary.</summary>
public class TextTokensTests
{
    private static readonly IChatProtocol s_protocol = ChatProtocol.For(QwenApi.ChatCompletions, "m");

    public static TheoryData<string> Kinds => new(TokenSample.All.Select(sample => sample.Kind).Distinct());

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_token_count_of_each_kind_of_text_is_within_fifteen_percent(string kind)
    {
        foreach (bool fitted in new[] { true, false })
        {
            var samples = TokenSample.All.Where(sample => sample.Kind == kind && sample.Fitted == fitted).ToArray();
            int tokens = samples.Sum(sample => sample.Tokens);
            Assert.InRange(samples.Sum(sample => TextTokens.Count(sample.Text)), 0.85 * tokens, 1.15 * tokens);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_estimate_of_a_request_is_within_seven_percent_after_two_turns(string kind)
    {
        var texts = TokenSample.All.Where(sample => sample.Kind == kind).ToArray();
        CheckConversation([.. Enumerable.Range(0, 16).Select(i => texts[i % texts.Length])], keep: int.MaxValue, first: 0.15, later: 0.07);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_estimate_of_mixed_text_is_within_seven_percent_after_two_turns(int seed)
    {
        var samples = TokenSample.All.ToArray();
        new Random(seed).Shuffle(samples);
        CheckConversation(samples, keep: int.MaxValue, first: 0.2, later: 0.07);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_estimate_of_mixed_text_with_omitted_turns_is_within_fifteen_percent(int seed)
    {
        var samples = TokenSample.All.ToArray();
        new Random(seed).Shuffle(samples);
        CheckConversation(samples, keep: 2, first: 0.2, later: 0.15);
    }

    [Fact]
    public void A_truncated_text_has_about_as_many_tokens_as_the_limit()
    {
        foreach (var sample in TokenSample.All)
        {
            string cut = TokenCount.Cut(sample.Text, 20);
            Assert.StartsWith(cut, sample.Text, StringComparison.Ordinal);
            Assert.InRange(cut.Length, 1, sample.Text.Length - 1);
            Assert.InRange(TokenCount.OfText(cut), 10, 24);
            Assert.Equal(sample.Text, TokenCount.Cut(sample.Text, 1e6));
        }
    }

    [Fact]
    public void A_long_run_of_one_character_is_counted_in_proportion()
    {
        Assert.InRange(TextTokens.Count(new string('x', 100_000)), 10_000, 100_000);
        Assert.InRange(TextTokens.Count(new string('字', 100_000)), 50_000, 100_000);
        Assert.InRange(TextTokens.Count(new string(' ', 100_000)), 1, 100);
        Assert.InRange(TextTokens.Count("\ud83d"), 0.5, 4);
        Assert.Equal(0, TextTokens.Count(""));
    }

    /// <summary>Checks the estimate of each request in a conversation of samples. Like the service, each turn reports its token counts.</summary>
    private static void CheckConversation(TokenSample[] samples, int keep, double first, double later)
    {
        var path = new TurnPath();
        for (int i = 0; i + 1 < samples.Length; i += 2)
        {
            var input = s_protocol.WriteMessage(MessageDraft.OfText("user", samples[i].Text), default);
            var answer = s_protocol.WriteMessage(MessageDraft.OfText("assistant", samples[i + 1].Text), default);
            int from = Math.Max(0, path.Count - keep);
            var estimate = new TokenEstimate(QwenApi.ChatCompletions, path, sentWhole: keep == int.MaxValue);
            int real = 3 + samples[(2 * from)..(i + 1)].Sum(sample => 5 + sample.Tokens);
            double share = path.Count < 2 ? first : later;
            Assert.InRange(estimate.OfRequest(input, null, from), (1 - share) * real, (1 + share) * real + 1);
            path = path.Append(new QwenTurn(path.Count + 1, [.. input, .. answer], input.Count)
            {
                Usage = new QwenUsage { InputTokens = real, OutputTokens = samples[i + 1].Tokens },
                Sent = keep == int.MaxValue ? null : new SentContext(from, 0, false, estimate.CountRequest(input, null, from)),
            });
        }
    }
}
