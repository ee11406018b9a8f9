using System.Text;
using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Store;
using QwenChat.Vectors;
using Xunit;

namespace QwenChat.Tests.Storage;

/// <summary>Tests the behavior of every store. Each test has its own store, which is empty at first.</summary>
public abstract partial class ConversationStoreTests : IAsyncLifetime
{
    private static readonly EmbeddingSpace s_space = new("text-embedding-v4", 3);
    private readonly List<IConversationStore> _opened = [];

    internal IConversationStore Store { get; private set; } = null!;

    public async Task InitializeAsync() => Store = await OpenAgainAsync();

    public virtual async Task DisposeAsync()
    {
        foreach (var store in _opened)
            await store.DisposeAsync();
    }

    internal abstract Task<IConversationStore> OpenAsync();

    [StoreFact]
    public async Task A_turn_is_restored_unchanged()
    {
        byte[] json = Encoding.UTF8.GetBytes("""{"role":"user",  "content":"Grüße, 東京 \u0000"}""");
        var item = new QwenItem(json, "msg_1", "message", "user") { CreatedAt = Said.Noon, ExpiresAt = Said.Noon.AddDays(7), Status = "completed" };
        var thought = new QwenItem("{}"u8.ToArray(), null, "reasoning", null);
        var turn = new QwenTurn(1, [item, thought, Said.Item("assistant", "Hi")], 1)
        {
            CreatedAt = Said.Noon.AddMilliseconds(7),
            State = QwenReplyState.Interrupted,
            Model = "qwen3-max",
            ResponseId = "resp_1",
            Usage = new QwenUsage { InputTokens = 3, CachedTokens = 0 },
            Server = new ServerState("resp_1", "https://example.com", Said.Noon.AddDays(7)),
            Terms = new BillingTerms("qwen3-max", QwenRegion.Beijing, true),
            EstimatedUsage = new QwenUsage { InputTokens = 7 },
            Sent = new SentContext(2, 1, true, 12.5),
        };
        await Store.SayAsync("a", null, turn);

        var read = Assert.Single(await (await OpenAgainAsync()).ReadTurnsAsync(turn.Id, default));

        Assert.Equal((turn.Id, 1, 1, turn.State, turn.Model, turn.ResponseId, turn.CreatedAt),
            (read.Id, read.Number, read.InputCount, read.State, read.Model, read.ResponseId, read.CreatedAt));
        Assert.Equal(turn.Usage, read.Usage);
        Assert.Equal((turn.Server, turn.Terms, turn.EstimatedUsage, turn.Sent), (read.Server, read.Terms, read.EstimatedUsage, read.Sent));
        Assert.Equal(turn.Items.Select(Facts), read.Items.Select(Facts));

        static object Facts(QwenItem item) =>
            (item.Id, item.Type, item.Role, item.Status, item.CreatedAt, item.ExpiresAt, Encoding.UTF8.GetString(item.Json.Span));
    }

    [StoreFact]
    public async Task A_conversation_is_listed_and_found_without_its_turns()
    {
        var (first, second) = (Said.Turn("1"), Said.Turn("2"));
        var header = Said.Header("a", "trip") with { Settings = """{"options":{"instructions":"Be \u0000 brief."}}""" };
        await Store.WriteAsync(new ConversationWrite
        {
            Header = header,
            Move = new TipMove { Turns = [first, second], Usage = new QwenUsage { TotalTokens = 30 } },
        }, default);

        var entry = Assert.Single(await Store.ListAsync(null, default));
        var listed = (await Store.FindAsync("a", default))!;

        Assert.Equal(new ConversationEntry("a", "trip", 2, header.CreatedAt, listed.LastActivity), entry);
        Assert.Equal(header with { },
            new ConversationHeader { Id = listed.Id, Name = listed.Name, Api = listed.Api, Model = listed.Model, Settings = listed.Settings,
                CreatedAt = listed.CreatedAt });
        Assert.Equal((second.Id, 2, 30L), (listed.Tip, listed.TurnCount, listed.Usage?.TotalTokens));
        Assert.InRange(listed.LastActivity, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
    }

    [StoreFact]
    public async Task Conversations_are_found_by_name_most_recently_used_first()
    {
        foreach (var (id, name) in new[] { ("a", "trip"), ("b", null), ("c", "Trip to Rome"), ("d", "work") })
            await Store.WriteAsync(new ConversationWrite { Header = Said.Header(id, name) }, default);
        await Store.SayAsync("a", null, Said.Turn("Hello"));

        var found = await Store.ListAsync(name => name?.StartsWith("trip", StringComparison.OrdinalIgnoreCase) == true, default);

        Assert.Equal(["a", "c"], found.Select(record => record.Id));
    }

    [StoreFact]
    public async Task A_header_is_replaced_only_when_it_changed()
    {
        await Store.WriteAsync(new ConversationWrite { Header = Said.Header("a", "old") }, default);
        await Store.SayAsync("a", null, Said.Turn("Hello"));
        Assert.Equal("old", (await Store.FindAsync("a", default))!.Name);

        await Store.WriteAsync(new ConversationWrite { Header = Said.Header("a", "new"), HeaderChanged = true }, default);

        var record = await Store.FindAsync("a", default);
        Assert.Equal(("new", 1), (record!.Name, record.TurnCount));
    }

    [StoreFact]
    public async Task An_undo_moves_the_tip_and_the_next_turn_begins_a_branch()
    {
        var turns = Enumerable.Range(1, 3).Select(i => Said.Turn($"{i}")).ToArray();
        await Store.SayAsync("a", null, turns);
        await Store.WriteAsync(new ConversationWrite { Header = Said.Header("a"), Move = new TipMove { KnownTip = turns[2].Id, Parent = turns[0].Id } },
            default);
        Assert.Equal(["1"], await Store.MessagesAsync("a"));

        await Store.SayAsync("a", turns[0], Said.Turn("2b"), Said.Turn("3b"));

        Assert.Equal(["1", "2b", "3b"], await Store.MessagesAsync("a"));
        Assert.Equal(["1", "2", "3"], (await Store.ReadTurnsAsync(turns[2].Id, default)).Select(turn => turn.Message));
    }

    [StoreFact]
    public async Task Branches_share_turns()
    {
        var turns = Enumerable.Range(1, 3).Select(i => Said.Turn($"{i}")).ToArray();
        await Store.SayAsync("a", null, turns);
        var branched = Said.Turn("3b");
        await Branch("b", turns[1], branched);
        await Branch("c", branched, Said.Turn("4c"));
        await Branch("d", turns[2]);
        await Branch("e", turns[0], Said.Turn("2e"));

        Assert.Equal(["1", "2", "3b"], await Store.MessagesAsync("b"));
        Assert.Equal(["1", "2", "3b", "4c"], await Store.MessagesAsync("c"));
        Assert.Equal(["1", "2", "3"], await Store.MessagesAsync("d"));
        Assert.Equal(["1", "2e"], await Store.MessagesAsync("e"));
    }
}
