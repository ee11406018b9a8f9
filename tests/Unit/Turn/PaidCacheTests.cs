using QwenChat.Cost;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.Turn;

/// <summary>Tests caches that charge for writing. A cache is requested, and its prices apply, only if a later request reads the cache.</summary>
public sealed class PaidCacheTests : IDisposable
{
    private readonly QwenEmulator _emulator = QwenEmulator.Start(new QwenEmulatorOptions
    {
        Reply = (prompt, _) => string.Concat(Enumerable.Repeat("word ", 150)),
    });

    public void Dispose() => _emulator.Dispose();

    private async Task<(IReadOnlyList<QwenReply> Replies, bool[] Asks)> SayAsync(QwenApi api, QwenContextPolicy? policy, int turns, string? instructions = null)
    {
        var client = new QwenClient(QwenConnection.To(_emulator.BaseUri, _emulator.ApiKey) with { MaximumRetryCount = 0 });
        var conversation = client.NewConversation(api, new QwenOptions
        {
            Model = "qwen3.5-plus",
            Thinking = QwenThinking.Off,
            Instructions = instructions,
            SessionCache = api == QwenApi.Responses ? true : null,
            ExplicitCache = api == QwenApi.Responses ? null : true,
        }, contextPolicy: policy);
        var replies = new List<QwenReply>();
        for (int i = 1; i <= turns; i++)
            replies.Add(await client.SendAsync(conversation, $"Message {i}: {string.Concat(Enumerable.Repeat("text ", 140))}"));
        // The service reports the tokens written to a cache only if the request asked for the session cache or the explicit cache.
        return (replies, replies.Select(reply => reply.Usage!.CacheCreationTokens is not null).ToArray());
    }

    [Fact]
    public async Task The_session_cache_is_requested_while_requests_continue()
    {
        var (_, asks) = await SayAsync(QwenApi.Responses, null, 6);
        Assert.All(asks, Assert.True);
    }

    [Fact]
    public async Task The_session_cache_is_requested_between_cuts()
    {
        var (replies, asks) = await SayAsync(QwenApi.Responses, new QwenContextPolicy { KeepTurns = 4 }, 20);
        Assert.All(asks, Assert.True);
        Assert.True(replies.Sum(reply => reply.Usage!.CachedTokens ?? 0) > replies.Sum(reply => reply.Usage!.InputTokens) * 0.6);
    }

    [Theory]
    [InlineData(QwenApi.Responses)]
    [InlineData(QwenApi.ChatCompletions)]
    [InlineData(QwenApi.DashScope)]
    public async Task No_cache_is_requested_if_every_request_begins_differently(QwenApi api)
    {
        var (replies, asks) = await SayAsync(api, new QwenContextPolicy { KeepTurns = 4, SlackTurns = 0 }, 12);
        Assert.All(asks.Skip(5), Assert.False);
        Assert.DoesNotContain("cache_control", _emulator.Requests[^1].Body, StringComparison.Ordinal);
        // Later requests only hit the implicit cache, so their cost is the cost without the explicit cache.
        Assert.All(replies.Skip(5), reply => Assert.Equal(
            Pricing.Of(reply.Usage, new BillingTerms("qwen3.5-plus", QwenRegion.Singapore, ExplicitCache: false), thinks: false)!.Value.Amount, reply.Cost));
    }

    [Fact]
    public async Task The_session_cache_is_not_requested_if_turns_are_recalled_in_the_instructions()
    {
        string instructions = string.Concat(Enumerable.Repeat("knowledge ", 1500));
        var (replies, asks) = await SayAsync(QwenApi.Responses, new QwenContextPolicy { KeepTurns = 2, SlackTurns = 0, Recall = 2 }, 12, instructions);
        Assert.All(asks.Skip(3), Assert.False);
        // The instructions up to the recalled turns are still read from the implicit cache.
        Assert.All(replies.Skip(5), reply => Assert.True(reply.Usage!.CachedTokens > 1000));
        Assert.All(replies.Skip(3), reply => Assert.Equal(0, reply.Usage!.CacheCreationTokens ?? 0));
    }
}
