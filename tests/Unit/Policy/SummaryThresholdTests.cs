using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Policy;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.Policy;

/// <summary>Tests the threshold and the target of summaries, and failed summaries.</summary>
public sealed class SummaryThresholdTests : IDisposable
{
    private readonly List<string> _warnings = [];
    private readonly List<string> _told = [];
    private Func<string> _summary = () => string.Concat(Enumerable.Repeat("They spoke of many places, and agreed on some. ", 10));
    private readonly QwenEmulator _emulator;

    public SummaryThresholdTests() => _emulator = QwenEmulator.Start(new QwenEmulatorOptions
    {
        Reply = (prompt, _) => IsSummary(prompt) ? _summary() : string.Concat(Enumerable.Repeat("word ", 150)),
    });

    public void Dispose() => _emulator.Dispose();

    public static TheoryData<QwenApi> Apis => new(QwenApi.ChatCompletions, QwenApi.Responses, QwenApi.DashScope);

    private static bool IsSummary(QwenEmulatorPrompt prompt) => prompt.Instructions?.Contains("Write a summary", StringComparison.Ordinal) == true;

    private QwenClient Client => new(QwenConnection.To(_emulator.BaseUri, _emulator.ApiKey) with { MaximumRetryCount = 0 });

    private int Summaries => _emulator.Requests.Count(request => request.Body.Contains("Write the summary now", StringComparison.Ordinal));

    private QwenConversation New(QwenApi api, QwenContextPolicy policy, string model = "qwen3.5-plus") =>
        Client.NewConversation(api, new QwenOptions { Model = model, Thinking = QwenThinking.Off }, contextPolicy: policy);

    private async Task<QwenReply> SayAsync(QwenConversation conversation, int turns, int words = 140)
    {
        QwenReply? reply = null;
        for (int i = 1; i <= turns; i++)
        {
            var notices = new NoticeQueue();
            string text = $"{i} {string.Concat(Enumerable.Repeat("text ", words))}";
            await foreach (var delta in Client.RunAsync(conversation, new TurnRequest { Message = MessageDraft.OfText("user", text) }, notices, default))
                reply = delta.Reply ?? reply;
            while (notices.TryTake(out var notice))
                (notice.Level == NoticeLevel.Warning ? _warnings : _told).Add(notice.Text);
        }
        return reply!;
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task An_unreachable_threshold_does_not_cause_a_summary_in_every_turn(QwenApi api)
    {
        // Two turns of 300 tokens, a summary and a message always exceed 800 tokens.
        var conversation = New(api, new QwenContextPolicy { SummarizeAtTokens = 800 });
        await SayAsync(conversation, 30);
        Assert.InRange(Summaries, 3, 10);
        Assert.Contains(_told, notice => notice.Contains("the threshold of 800", StringComparison.Ordinal)
            && notice.Contains("-KeepVerbatim", StringComparison.Ordinal));
        Assert.Empty(_warnings);
        Assert.All(conversation.Turns, turn => Assert.InRange(turn.Usage!.InputTokens!.Value, 0, 2500));
    }

    [Fact]
    public async Task A_target_equal_to_the_threshold_summarizes_whenever_it_is_exceeded()
    {
        await SayAsync(New(QwenApi.ChatCompletions, new QwenContextPolicy { SummarizeAtTokens = 800, SummarizeToTokens = 800 }), 30);
        Assert.InRange(Summaries, 25, 30);
    }

    [Theory]
    [InlineData(null, 2000)]
    [InlineData(2400L, 2000)]
    [InlineData(1000L, 1000)]
    public async Task A_summarized_request_does_not_exceed_the_target(long? target, long most)
    {
        var conversation = New(QwenApi.ChatCompletions, new QwenContextPolicy { SummarizeAtTokens = 3000, SummarizeToTokens = target, KeepVerbatim = 1 });
        long before = 0;
        int summarised = 0;
        for (int i = 0; i < 25; i++)
        {
            int summaries = Summaries;
            var reply = await SayAsync(conversation, 1);
            long tokens = reply.Usage!.InputTokens!.Value;
            Assert.InRange(tokens, 0, 3050);
            if (Summaries > summaries)
            {
                summarised++;
                Assert.InRange(before, 2600, 3050);
                // The target may be exceeded slightly, because the size of the summary is only estimated.
                Assert.InRange(tokens, 0, most + 150);
            }
            before = tokens;
        }
        Assert.True(summarised > 1);
        Assert.DoesNotContain(_told, notice => notice.Contains("close to or above the threshold", StringComparison.Ordinal));
    }

    [Fact]
    public async Task After_three_failures_a_summary_is_retried_ten_turns_later()
    {
        string good = _summary();
        _summary = () => " ";
        var conversation = New(QwenApi.ChatCompletions, new QwenContextPolicy { SummarizeAtTokens = 1500 });
        await SayAsync(conversation, 8);
        Assert.Equal(3, Summaries);
        Assert.Single(_warnings, warning => warning.Contains("third failure", StringComparison.Ordinal)
            && warning.Contains("10 turns", StringComparison.Ordinal));
        await SayAsync(conversation, 10);
        // After the fourth failure, the next pause begins.
        Assert.Equal(4, Summaries);
        Assert.Empty(conversation.Summaries);
        _summary = () => good;
        await SayAsync(conversation, 10);
        Assert.Single(conversation.Summaries);
        Assert.Equal(default, conversation.SummaryFailures);
    }

    [Theory]
    [InlineData(0, 0, 0, true)]
    [InlineData(2, 7, 7, true)]
    [InlineData(3, 7, 7, false)]
    [InlineData(3, 7, 16, false)]
    [InlineData(3, 7, 17, true)]
    [InlineData(4, 17, 18, false)]
    [InlineData(4, 17, 5, true)]
    public void A_pause_ends_with_turns(int count, int at, int turns, bool expected) => Assert.Equal(expected, new CallFailures(count, at).MayTry(turns));

    [Theory]
    [InlineData("qwen3.5-plus", QwenRegion.Beijing, 131_072 * 0.9)]
    [InlineData("qwen3-max", QwenRegion.Singapore, 32_768 * 0.9)]
    [InlineData("qwen3.5-plus", null, 700_000)]
    [InlineData("qwen-max", QwenRegion.Beijing, 0.7 * 32_768)]
    public void A_price_tier_is_a_threshold(string model, QwenRegion? region, double expected)
    {
        var threshold = SummaryThreshold.Of(new QwenContextPolicy { SummarizeAtPriceTier = true }, QwenApi.ChatCompletions, model, region, null)!;
        Assert.Equal(expected, threshold.At, 1.0);
        Assert.Null(threshold.To);
        // The threshold must never be raised above the tier, because every token of a larger request costs more.
        Assert.Equal(expected, threshold.Longest, 1.0);
    }

    [Fact]
    public async Task A_request_above_a_price_tier_causes_one_warning()
    {
        var conversation = New(QwenApi.ChatCompletions, new QwenContextPolicy { SummarizeAt = 0.7 }, "qwen3-max");
        await SayAsync(conversation, 1, 20_000);
        Assert.DoesNotContain(_warnings, IsOfTier);
        await SayAsync(conversation, 2, 8_000);
        string warning = Assert.Single(_warnings, IsOfTier);
        Assert.Contains("up to 32,768", warning, StringComparison.Ordinal);
        Assert.Contains("-SummarizeAtPriceTier", warning, StringComparison.Ordinal);

        _warnings.Clear();
        await SayAsync(New(QwenApi.ChatCompletions, new QwenContextPolicy { KeepTurns = 9 }, "qwen3-max"), 2, 20_000);
        Assert.DoesNotContain(_warnings, IsOfTier);
    }

    [Fact]
    public async Task A_policy_with_price_tiers_summarizes_before_the_tier()
    {
        var conversation = New(QwenApi.ChatCompletions, new QwenContextPolicy { SummarizeAtPriceTier = true }, "qwen3-max");
        for (int i = 0; i < 8; i++)
            Assert.InRange((await SayAsync(conversation, 1, 6_000)).Usage!.InputTokens!.Value, 0, 32_768);
        Assert.NotEmpty(conversation.Summaries);
        Assert.DoesNotContain(_warnings, IsOfTier);
    }

    private static bool IsOfTier(string warning) => warning.Contains("the price of long requests", StringComparison.Ordinal);
}
