using QwenChat.History;
using QwenChat.Model;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.Policy;

/// <summary>Tests that turns are cut in blocks. Requests between two cuts share a prefix in the context cache.</summary>
public sealed class TruncationTests : IDisposable
{
    private readonly QwenEmulator _emulator = QwenEmulator.Start(new QwenEmulatorOptions
    {
        Reply = (prompt, _) => string.Concat(Enumerable.Repeat("word ", 150)),
    });

    public void Dispose() => _emulator.Dispose();

    private QwenClient Client => new(QwenConnection.To(_emulator.BaseUri, _emulator.ApiKey) with { MaximumRetryCount = 0 });

    private QwenConversation New(QwenApi api, QwenContextPolicy? policy, bool isExplicit = false) => Client.NewConversation(api,
        new QwenOptions { Model = "qwen3.5-plus", Thinking = QwenThinking.Off, ExplicitCache = isExplicit ? true : null }, contextPolicy: policy);

    private async Task<IReadOnlyList<QwenReply>> SayAsync(QwenConversation conversation, int count)
    {
        var replies = new List<QwenReply>();
        for (int i = 1; i <= count; i++)
            replies.Add(await Client.SendAsync(conversation, $"Message {i}: " + string.Concat(Enumerable.Repeat("text ", 140))));
        return replies;
    }

    private static double CachedShare(IEnumerable<QwenReply> replies) =>
        (double)replies.Sum(reply => reply.Usage!.CachedTokens ?? 0) / replies.Sum(reply => reply.Usage!.InputTokens!.Value);

    [Theory]
    [InlineData(QwenApi.ChatCompletions)]
    [InlineData(QwenApi.Responses)]
    [InlineData(QwenApi.DashScope)]
    public async Task A_request_grows_by_the_slack_and_is_cut_back(QwenApi api)
    {
        var replies = await SayAsync(New(api, new QwenContextPolicy { KeepTurns = 4 }), 15);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 4, 5, 6, 7, 8, 4], replies.Select(reply => reply.Context.TurnsVerbatim));
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 5, 5, 5, 5, 10], replies.Select(reply => reply.Context.TurnsLeftOut));
        Assert.Equal([10, 15], replies.Where(reply => reply.Context.PrefixBroken).Select(reply => reply.Turn.Number));
    }

    [Fact]
    public async Task A_chain_of_responses_is_continued_between_two_cuts()
    {
        var replies = await SayAsync(New(QwenApi.Responses, new QwenContextPolicy { KeepTurns = 4 }), 12);
        Assert.Equal([10], replies.Where(reply => reply.Context.TurnsSent > 0).Select(reply => reply.Turn.Number));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(int.MaxValue)]
    public void The_default_slack_equals_the_number_of_kept_turns(int keep) => Assert.Equal(keep, new QwenContextPolicy { KeepTurns = keep }.Slack);

    [Theory]
    [InlineData(QwenApi.ChatCompletions)]
    [InlineData(QwenApi.Responses)]
    [InlineData(QwenApi.DashScope)]
    public async Task Turns_too_short_for_any_cache_are_cut_one_by_one(QwenApi api)
    {
        var conversation = New(api, new QwenContextPolicy { KeepTurns = 2 });
        var kept = new List<int>();
        for (int i = 1; i <= 6; i++)
            kept.Add((await Client.SendAsync(conversation, $"{i}")).Context.TurnsVerbatim);
        Assert.Equal([0, 1, 2, 2, 2, 2], kept);
    }

    [Fact]
    public async Task Any_number_of_turns_is_accepted()
    {
        var all = await SayAsync(New(QwenApi.ChatCompletions, new QwenContextPolicy { KeepTurns = int.MaxValue }), 3);
        Assert.Equal(2, all[^1].Context.TurnsVerbatim);
        var never = await SayAsync(New(QwenApi.ChatCompletions, new QwenContextPolicy { KeepTurns = 0, SlackTurns = int.MaxValue }), 3);
        Assert.Equal(2, never[^1].Context.TurnsVerbatim);
    }

    [Fact]
    public async Task A_branch_and_an_undo_are_cut_at_the_same_places()
    {
        var conversation = New(QwenApi.ChatCompletions, new QwenContextPolicy { KeepTurns = 4 });
        var replies = await SayAsync(conversation, 9);
        var branch = await Client.SendAsync(replies[7], "Another");
        Assert.Equal(replies[8].Context.TurnsVerbatim, branch.Context.TurnsVerbatim);
        Assert.False(branch.Context.PrefixBroken);
        await ConversationEdit.UndoAsync(conversation, 1, default);
        Assert.Equal(replies[8].Context.TurnsVerbatim, (await Client.SendAsync(conversation, "Again")).Context.TurnsVerbatim);
    }

    [Theory]
    [InlineData(QwenApi.ChatCompletions, false)]
    [InlineData(QwenApi.ChatCompletions, true)]
    [InlineData(QwenApi.DashScope, false)]
    [InlineData(QwenApi.DashScope, true)]
    [InlineData(QwenApi.Responses, false)]
    public async Task A_history_cut_in_blocks_is_mostly_cached_and_costs_the_least(QwenApi api, bool isExplicit)
    {
        var whole = await SayAsync(New(api, null, isExplicit), 100);
        var sliding = await SayAsync(New(api, new QwenContextPolicy { KeepTurns = 10, SlackTurns = 0 }, isExplicit), 100);
        var blocks = await SayAsync(New(api, new QwenContextPolicy { KeepTurns = 10 }, isExplicit), 100);
        Assert.InRange(CachedShare(blocks), 0.8, 1);
        Assert.InRange(CachedShare(sliding), 0, 0.2);
        decimal cost = blocks.Sum(reply => reply.Cost!.Value);
        Assert.True(cost < sliding.Sum(reply => reply.Cost!.Value) && cost < whole.Sum(reply => reply.Cost!.Value));
    }

    [Theory]
    [InlineData(QwenApi.ChatCompletions)]
    [InlineData(QwenApi.DashScope)]
    public async Task Text_that_is_never_read_again_is_not_written_to_the_explicit_cache(QwenApi api)
    {
        var replies = await SayAsync(New(api, new QwenContextPolicy { KeepTurns = 10, SlackTurns = 0 }, isExplicit: true), 20);
        // From the twelfth turn on, every request begins with a different turn.
        Assert.All(replies.Skip(11), reply => Assert.Equal((0, 0), (reply.Usage!.CachedTokens ?? 0, reply.Usage.CacheCreationTokens ?? 0)));
        Assert.DoesNotContain("cache_control", _emulator.Requests[^1].Body, StringComparison.Ordinal);
        replies = await SayAsync(New(api, new QwenContextPolicy { KeepTurns = 10, SlackTurns = 3 }, isExplicit: true), 30);
        foreach (var (reply, next) in replies.Zip(replies.Skip(1)).Where(pair => pair.Second.Context.PrefixBroken))
        {
            // Before a cut, most of the request is read from the cache, and only the text up to the new marker is written.
            Assert.True(reply.Usage!.CachedTokens > reply.Usage.InputTokens * 0.8);
            Assert.True((reply.Usage.CacheCreationTokens ?? 0) < 200);
            Assert.True(next.Usage!.CacheCreationTokens > 1024);
        }
    }

    [Fact]
    public async Task A_history_at_the_limit_of_the_service_is_also_cut_in_blocks()
    {
        using var emulator = QwenEmulator.Start(new QwenEmulatorOptions
        {
            MaximumInputTokens = 3000,
            Reply = (prompt, _) => string.Concat(Enumerable.Repeat("word ", 150)),
        });
        var client = new QwenClient(QwenConnection.To(emulator.BaseUri, emulator.ApiKey) with { MaximumRetryCount = 0 });
        var conversation = client.NewConversation(QwenApi.ChatCompletions, new QwenOptions { Thinking = QwenThinking.Off },
            contextPolicy: new QwenContextPolicy { KeepTurns = 1000 });
        var broken = new List<int>();
        for (int i = 1; i <= 40; i++)
        {
            var reply = await client.SendAsync(conversation, $"Message {i}: " + string.Concat(Enumerable.Repeat("text ", 140)));
            if (reply.Context.PrefixBroken)
                broken.Add(i);
        }
        Assert.InRange(broken.Count, 5, 16);
        Assert.Single(emulator.Requests, request => request.Status == 400);
    }

    [Theory]
    [InlineData(QwenApi.ChatCompletions)]
    [InlineData(QwenApi.DashScope)]
    public async Task After_a_rejection_for_length_the_limit_in_the_error_is_used(QwenApi api)
    {
        using var emulator = QwenEmulator.Start(new QwenEmulatorOptions
        {
            MaximumInputTokens = 3900,
            Reply = (prompt, _) => string.Concat(Enumerable.Repeat("word ", 150)),
        });
        var client = new QwenClient(QwenConnection.To(emulator.BaseUri, emulator.ApiKey) with { MaximumRetryCount = 0 });
        var conversation = client.NewConversation(api, new QwenOptions { Thinking = QwenThinking.Off },
            contextPolicy: new QwenContextPolicy { KeepTurns = 99 });
        for (int i = 1; emulator.Requests.All(request => request.Status != 400); i++)
        {
            var reply = await client.SendAsync(conversation, $"Message {i}: " + string.Concat(Enumerable.Repeat("text ", 140)));
            Assert.InRange(reply.Context.TurnsLeftOut, 0, (i - 1) / 4);
            Assert.InRange(i, 1, 30);
        }
        Assert.Single(emulator.Requests, request => request.Status == 400);
    }

    [Theory]
    [InlineData(QwenApi.ChatCompletions)]
    [InlineData(QwenApi.DashScope)]
    [InlineData(QwenApi.Responses)]
    public async Task Different_tools_break_the_prefix_with_every_API(QwenApi api)
    {
        var conversation = New(api, null);
        string function = "\"name\":\"f\",\"parameters\":{\"type\":\"object\",\"properties\":{}}";
        var tools = System.Text.Json.JsonDocument.Parse(api == QwenApi.Responses ? $"[{{\"type\":\"function\",{function}}}]"
            : $"[{{\"type\":\"function\",\"function\":{{{function}}}}}]").RootElement;
        var with = new QwenOptions { ExtraBody = new Dictionary<string, System.Text.Json.JsonElement> { ["tools"] = tools } };
        Assert.False((await Client.SendAsync(conversation, "One")).Context.PrefixBroken);
        Assert.False((await Client.SendAsync(conversation, "Two")).Context.PrefixBroken);
        Assert.True((await Client.SendAsync(conversation, "Three", with)).Context.PrefixBroken);
        Assert.False((await Client.SendAsync(conversation, "Four", with)).Context.PrefixBroken);
        Assert.True((await Client.SendAsync(conversation, "Five")).Context.PrefixBroken);
        Assert.True((await Client.SendAsync(conversation, "Six", new QwenOptions { Model = "qwen-plus" })).Context.PrefixBroken);
    }
}
