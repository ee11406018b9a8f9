using System.Text;
using System.Text.RegularExpressions;
using QwenChat.Cost;
using QwenChat.History;
using QwenChat.Model;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.Turn;

/// <summary>
/// Tests that each request begins with the previous request, up to the end of the previous request's last message. The context cache requires this
/// (wire §9).
/// </summary>
public sealed partial class CachePrefixTests : IDisposable
{
    private const int Turns = 100;
    private readonly QwenEmulator _emulator = QwenEmulator.Start(new QwenEmulatorOptions { CacheMinimumTokens = 64 });
    private readonly QwenClient _client;

    public CachePrefixTests() => _client = new QwenClient(QwenConnection.To(_emulator.BaseUri, _emulator.ApiKey) with { MaximumRetryCount = 0 });

    public void Dispose() => _emulator.Dispose();

    private QwenConversation New(QwenApi api, QwenOptions options, bool stateless = false) =>
        _client.NewConversation(api, new QwenOptions { Thinking = QwenThinking.Off }.Over(options), stateless);

    private byte[] LastBody => Encoding.UTF8.GetBytes(_emulator.Requests[^1].Body);

    /// <summary>Returns the bytes of a body up to the end of its last message: up to the last "]", because no option is an array.</summary>
    private static byte[] UpToLastMessage(byte[] body) => body[..body.AsSpan().LastIndexOf((byte)']')];

    public static TheoryData<QwenApi, bool> Apis => new() { { QwenApi.ChatCompletions, false }, { QwenApi.DashScope, false }, { QwenApi.Responses, true } };

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_hundred_turns_and_their_branches_share_their_prefix(QwenApi api, bool stateless)
    {
        var random = new Random(7);
        var conversation = New(api, new QwenOptions { Instructions = "Sei kurz — “knapp” 😀." }, stateless);
        byte[] before = [];
        var branches = new List<(QwenReply Reply, byte[] Prefix)>();
        for (int i = 0; i < Turns; i++)
        {
            string message = $"Nachricht {i}: 代码 \\ \" \u2028 {new string('x', random.Next(200))}";
            // Temperature and MaxOutputTokens change from turn to turn, so they must be written after the messages.
            var reply =
                await _client.SendAsync(conversation, message, new QwenOptions { Temperature = random.NextDouble(), MaxOutputTokens = random.Next(100, 1000) });
            byte[] body = LastBody;
            Assert.True(body.AsSpan().StartsWith(before), $"Turn {i} does not begin with turn {i - 1}.");
            Assert.False(reply.Context.PrefixBroken);
            before = UpToLastMessage(body);
            if (i % 20 == 10)
                branches.Add((reply, before));
        }
        foreach (var (reply, prefix) in branches)
        {
            var branch = await _client.SendAsync(reply, "Und von hier?");
            Assert.True(LastBody.AsSpan().StartsWith(prefix), "A branch does not begin with the request that it branches from.");
            Assert.False(branch.Context.PrefixBroken);
            Assert.True(branch.Usage!.CachedTokens > reply.Usage!.InputTokens - 32, "The cache did not contain the prefix that the branch shares.");
        }
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task The_cache_contains_everything_except_new_items(QwenApi api, bool stateless)
    {
        var conversation = New(api, new QwenOptions { Instructions = "Be brief." }, stateless);
        QwenUsage? before = null;
        for (int i = 0; i < Turns; i++)
        {
            var usage = (await _client.SendAsync(conversation, $"Message {i}")).Usage!;
            if (before?.InputTokens > 100)
                Assert.InRange(usage.CachedTokens!.Value, before.InputTokens.Value - 20, before.InputTokens.Value);
            before = usage;
        }
    }

    [Fact]
    public async Task A_broken_prefix_is_reported()
    {
        var conversation = New(QwenApi.ChatCompletions, new QwenOptions { Instructions = "Be brief." });
        Assert.False((await _client.SendAsync(conversation, "One")).Context.PrefixBroken);
        Assert.False((await _client.SendAsync(conversation, "Two")).Context.PrefixBroken);
        Assert.True((await _client.SendAsync(conversation, "Three", new QwenOptions { Instructions = "Be long." })).Context.PrefixBroken);
        Assert.True((await _client.SendAsync(conversation, "Four")).Context.PrefixBroken);
        Assert.True((await _client.SendAsync(conversation, "Five", new QwenOptions { Model = "qwen-plus" })).Context.PrefixBroken);
        await _client.SendAsync(conversation, "Six");
        await ConversationEdit.RemoveAsync(conversation, conversation.Path[0].Items[0].Id!, default);
        Assert.True((await _client.SendAsync(conversation, "Seven")).Context.PrefixBroken);
        Assert.False((await _client.SendAsync(conversation, "Eight", new QwenOptions { Temperature = 1 })).Context.PrefixBroken);
    }

    [Theory]
    [InlineData(QwenApi.ChatCompletions)]
    [InlineData(QwenApi.DashScope)]
    public async Task With_explicit_caching_requests_differ_only_in_their_markers(QwenApi api)
    {
        var conversation = New(api, new QwenOptions { Instructions = LongText("knowledge", 1100), ExplicitCache = true });
        string before = "";
        for (int i = 0; i < Turns; i++)
        {
            await _client.SendAsync(conversation, $"Message {i}", new QwenOptions { Temperature = 0.5 });
            string body = _emulator.Requests[^1].Body;
            Assert.InRange(Marker().Count(body), 2, 4);
            string plain = Marker().Replace(body, "");
            Assert.StartsWith(before, plain, StringComparison.Ordinal);
            before = plain[..plain.LastIndexOf(']')];
        }
    }

    [Theory]
    [InlineData(QwenApi.ChatCompletions)]
    [InlineData(QwenApi.DashScope)]
    public async Task Explicit_caching_writes_each_message_once_and_reads_it_later(QwenApi api)
    {
        var conversation = New(api, new QwenOptions { Instructions = LongText("knowledge", 1100), ExplicitCache = true });
        var first = await _client.SendAsync(conversation, "One");
        Assert.Equal(0, first.Usage!.CachedTokens);
        Assert.InRange(first.Usage.CacheCreationTokens!.Value, first.Usage.InputTokens!.Value - 10, first.Usage.InputTokens.Value);
        var before = first.Usage;
        for (int i = 2; i < 20; i++)
        {
            var reply = await _client.SendAsync(conversation, LongText($"m{i}", 50));
            var usage = reply.Usage!;
            Assert.InRange(usage.CachedTokens!.Value, before.InputTokens!.Value - 10, before.InputTokens.Value);
            Assert.InRange(usage.CachedTokens.Value + usage.CacheCreationTokens!.Value, usage.InputTokens!.Value - 10, usage.InputTokens.Value);
            Assert.Equal(Pricing.Of(usage, new BillingTerms("qwen3.6-plus", QwenRegion.Singapore, ExplicitCache: true), thinks: false)!.Value.Amount,
                reply.Cost);
            before = usage;
        }
    }

    [Fact]
    public async Task A_branch_reads_the_prefix_that_the_trunk_wrote_to_the_explicit_cache()
    {
        var conversation = New(QwenApi.ChatCompletions, new QwenOptions { Instructions = LongText("knowledge", 1100), ExplicitCache = true });
        var root = await _client.SendAsync(conversation, "Root");
        await _client.SendAsync(conversation, "Trunk");
        var branch = await _client.SendAsync(root, "Branch");
        // The trunk's request has written a prefix to the cache. The prefix ends with the root's answer.
        Assert.True(branch.Usage!.CachedTokens >= root.Usage!.InputTokens);
    }

    [Fact]
    public async Task Another_conversation_reads_the_same_instructions_from_the_explicit_cache()
    {
        var options = new QwenOptions { Instructions = LongText("knowledge", 1100), ExplicitCache = true };
        await _client.SendAsync(New(QwenApi.ChatCompletions, options), "One");
        var other = await _client.SendAsync(New(QwenApi.ChatCompletions, options), "Something else");
        Assert.True(other.Usage!.CachedTokens >= 1100);
    }

    [Fact]
    public async Task A_short_prefix_is_not_marked()
    {
        await _client.SendAsync(New(QwenApi.ChatCompletions, new QwenOptions { Instructions = "Be brief.", ExplicitCache = true }), "One");
        Assert.DoesNotContain("cache_control", _emulator.Requests[^1].Body, StringComparison.Ordinal);
        Assert.Contains("\"content\":[{\"type\":\"text\",\"text\":\"One\"}]", _emulator.Requests[^1].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_without_explicit_cache_gets_no_markers()
    {
        await _client.SendAsync(
            New(QwenApi.ChatCompletions, new QwenOptions { Model = "qwen-turbo", Instructions = LongText("knowledge", 1100), ExplicitCache = true }), "One");
        Assert.DoesNotContain("cache_control", _emulator.Requests[^1].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tool_call_is_never_marked()
    {
        using var emulator = QwenEmulator.Start(new QwenEmulatorOptions
        {
            Replies = [new QwenEmulatorReply { ToolCalls = [new QwenToolCall("call_1", "f", "{\"a\":[{}]}")] }],
        });
        var client = new QwenClient(QwenConnection.To(emulator.BaseUri, emulator.ApiKey));
        var conversation = client.NewConversation(QwenApi.ChatCompletions,
            new QwenOptions { Thinking = QwenThinking.Off, Instructions = LongText("knowledge", 1100), ExplicitCache = true });
        await client.SendAsync(conversation, "Call it.");
        await ConversationEdit.AddAsync(conversation, [new MessageDraft("tool", [DraftPart.OfText("The result")]) { ToolCallId = "call_1" }], default);
        await client.SendAsync(conversation, "And?");
        string body = emulator.Requests[^1].Body;
        Assert.Contains("\"content\":[{\"type\":\"text\",\"text\":\"The result\"}]", body, StringComparison.Ordinal);
        Assert.DoesNotContain("\"arguments\":\"{\\\"a\\\":[{}]}\",\"cache_control\"", body, StringComparison.Ordinal);
        Assert.Equal(3, Marker().Count(body));
    }

    [Fact]
    public async Task The_session_cache_is_requested_and_read()
    {
        var conversation = New(QwenApi.Responses, new QwenOptions { Instructions = LongText("knowledge", 1100), SessionCache = true });
        var first = await _client.SendAsync(conversation, "One");
        var second = await _client.SendAsync(conversation, "Two");
        Assert.True(first.Usage!.CacheCreationTokens >= 1100);
        Assert.InRange(second.Usage!.CachedTokens!.Value, first.Usage.InputTokens!.Value - 10, first.Usage.InputTokens.Value);
        Assert.Equal(Pricing.Of(second.Usage, new BillingTerms("qwen3.6-plus", QwenRegion.Singapore, ExplicitCache: true), thinks: false)!.Value.Amount,
            second.Cost);
    }

    [Fact]
    public async Task An_explicit_cache_expires_after_five_minutes()
    {
        var conversation = New(QwenApi.ChatCompletions, new QwenOptions { Instructions = LongText("knowledge", 1100), ExplicitCache = true });
        await _client.SendAsync(conversation, "One");
        _emulator.AdvanceClock(TimeSpan.FromMinutes(6));
        var second = await _client.SendAsync(conversation, "Two");
        Assert.Equal(0, second.Usage!.CachedTokens);
        Assert.True(second.Usage.CacheCreationTokens > 1100);
    }

    private static string LongText(string word, int count) => string.Join(' ', Enumerable.Repeat(word, count));

    [GeneratedRegex(""","cache_control":\{"type":"ephemeral"\}""")]
    private static partial Regex Marker();
}
