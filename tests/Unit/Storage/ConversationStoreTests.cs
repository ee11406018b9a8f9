using System.Text;
using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Store;
using QwenChat.Vectors;
using Xunit;

namespace QwenChat.Tests.Storage;

/// <summary>What every store does. Each test has a store of its own, empty at first.</summary>
public abstract class ConversationStoreTests : IAsyncLifetime
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
    public async Task A_turn_comes_back_as_it_was()
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
    public async Task Conversations_are_found_by_name_the_last_used_first()
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
    public async Task An_undo_moves_the_tip_and_what_is_said_then_begins_a_branch()
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

    [StoreFact]
    public async Task Who_appends_second_to_the_same_tip_is_told_and_writes_nothing()
    {
        var first = Said.Turn("1");
        await Store.WriteAsync(new ConversationWrite { Header = Said.Header("a", "trip"), Move = new TipMove { Turns = [first] } }, default);
        var other = await OpenAgainAsync();

        var won = await Store.SayAsync("a", first, Said.Turn("2"));
        var late = Said.Turn("2b");
        var lost = await other.SayAsync("a", first, late);

        Assert.Equal(new WriteResult(WriteOutcome.Written, 2), won);
        Assert.Equal(new WriteResult(WriteOutcome.Stale, 2), lost);
        Assert.Equal(["1", "2"], await Store.MessagesAsync("a"));
        Assert.Empty(await Store.ReadTurnsAsync(late.Id, default));
    }

    [StoreFact]
    public async Task Every_write_raises_the_version_and_an_older_header_replaces_nothing()
    {
        var write = new ConversationWrite { Header = Said.Header("a", "one"), Move = new TipMove() };
        Assert.Equal(new WriteResult(WriteOutcome.Written, 1), await Store.WriteAsync(write, default));
        var renamed = new ConversationWrite { Header = Said.Header("a", "two"), HeaderChanged = true, KnownVersion = 1 };
        Assert.Equal(new WriteResult(WriteOutcome.Written, 2), await Store.WriteAsync(renamed, default));
        var late = new ConversationWrite { Header = Said.Header("a", "three"), HeaderChanged = true, KnownVersion = 1 };

        Assert.Equal(new WriteResult(WriteOutcome.Stale, 2), await Store.WriteAsync(late, default));

        var record = await Store.FindAsync("a", default);
        Assert.Equal(("two", 2, renamed.WriteId), (record!.Name, record.Version, record.WriteId));
        Assert.Equal(new WriteResult(WriteOutcome.Written, 2), await Store.WriteAsync(renamed, default));
        Assert.Equal(2, (await Store.FindAsync("a", default))!.Version);
    }

    [StoreFact]
    public async Task A_conversation_that_must_be_new_does_not_take_over_a_row()
    {
        await Store.WriteAsync(new ConversationWrite { Header = Said.Header("a", "theirs"), Move = new TipMove() }, default);
        var mine = new ConversationWrite { Header = Said.Header("a", "mine"), MustBeNew = true, Move = new TipMove { Turns = [Said.Turn("1")] } };

        Assert.Equal(WriteOutcome.Stale, (await Store.WriteAsync(mine, default)).Outcome);

        Assert.Equal(("theirs", 0), ((await Store.FindAsync("a", default))!.Name, (await Store.FindAsync("a", default))!.TurnCount));
    }

    [StoreFact]
    public async Task The_same_write_twice_is_one()
    {
        var (first, second) = (Said.Turn("1"), Said.Turn("2"));
        await Store.SayAsync("a", null, first);
        Assert.Equal(WriteOutcome.Written, (await Store.SayAsync("a", null, first)).Outcome);

        // What the writer takes for lost is sent again with the turn that follows.
        Assert.Equal(WriteOutcome.Written, (await Store.SayAsync("a", null, first, second)).Outcome);

        Assert.Equal(["1", "2"], await Store.MessagesAsync("a"));
    }

    [StoreFact]
    public async Task A_turn_after_one_that_is_not_there_writes_nothing()
    {
        Assert.Equal(WriteOutcome.ParentMissing, (await Store.SayAsync("a", Said.Turn("1"), Said.Turn("2"))).Outcome);
        Assert.Null(await Store.FindAsync("a", default));
    }

    [StoreFact]
    public async Task Many_writers_lose_nothing_and_keep_the_order()
    {
        const int Writers = 4, Turns = 15;
        var stores = new List<IConversationStore>();
        for (int i = 0; i < Writers; i++)
            stores.Add(await OpenAgainAsync());
        var root = Said.Turn("0");
        await Store.SayAsync("0", null, root);

        // Conversations of their own, all grown out of one turn: the same place in the tree is wanted by all.
        await Task.WhenAll(stores.Select((store, writer) => Task.Run(async () =>
        {
            var tip = root;
            for (int i = 1; i <= Turns; i++)
            {
                var turn = Said.Turn($"{writer}.{i}");
                var move = new TipMove { KnownTip = i == 1 ? null : tip.Id, Parent = tip.Id, Turns = [turn] };
                var result = await store.WriteAsync(new ConversationWrite { Header = Said.Header($"w{writer}"), Move = move }, default);
                Assert.Equal(WriteOutcome.Written, result.Outcome);
                tip = turn;
            }
        })));

        for (int writer = 0; writer < Writers; writer++)
            Assert.Equal(Enumerable.Range(1, Turns).Select(i => $"{writer}.{i}").Prepend("0"), await Store.MessagesAsync($"w{writer}"));
    }

    [StoreFact]
    public async Task A_removal_takes_only_what_nobody_else_holds()
    {
        var turns = Enumerable.Range(1, 4).Select(i => Said.Turn($"{i} tea")).ToArray();
        await Store.SayAsync("a", null, turns);
        await Branch("b", turns[1], Said.Turn("3b tea"));

        Assert.True(await Store.DeleteAsync("a", default));

        Assert.Null(await Store.FindAsync("a", default));
        Assert.Equal(["1 tea", "2 tea", "3b tea"], await Store.MessagesAsync("b"));
        Assert.Empty(await Store.ReadTurnsAsync(turns[2].Id, default));
        Assert.Equal(3, (await Store.FindWordsAsync("tea", new StoreSearchScope(), default)).Count);
        Assert.True(await Store.DeleteAsync("b", default));
        Assert.Empty(await Store.ReadTurnsAsync(turns[0].Id, default));
        Assert.False(await Store.DeleteAsync("b", default));
    }

    [StoreFact]
    public async Task A_removal_leaves_what_another_conversation_took_back()
    {
        var first = Said.Turn("1");
        await Store.SayAsync("a", null, first, Said.Turn("2"));
        var takenBack = Said.Turn("2b");
        await Branch("b", first, takenBack);
        await Store.WriteAsync(new ConversationWrite { Header = Said.Header("b"), Move = new TipMove { KnownTip = takenBack.Id, Parent = first.Id } }, default);

        await Store.DeleteAsync("a", default);

        Assert.Equal(["1", "2b"], (await Store.ReadTurnsAsync(takenBack.Id, default)).Select(turn => turn.Message));
    }

    [StoreFact]
    public async Task A_conversation_that_was_removed_meanwhile_can_be_written_anew()
    {
        var (first, second) = (Said.Turn("1"), Said.Turn("2"));
        await Store.SayAsync("a", null, first);
        await Store.DeleteAsync("a", default);

        Assert.Equal(WriteOutcome.ParentMissing, (await Store.SayAsync("a", first, second)).Outcome);
        var whole = new TipMove { KnownTip = first.Id, Turns = [first, second] };
        Assert.Equal(WriteOutcome.Written, (await Store.WriteAsync(new ConversationWrite { Header = Said.Header("a"), Move = whole }, default)).Outcome);

        Assert.Equal(["1", "2"], await Store.MessagesAsync("a"));
    }

    [StoreFact]
    public async Task All_words_must_occur()
    {
        await Store.SayAsync("a", null, Said.Turn("Where is a quiet temple?", "In Kyoto: Honen-in."), Said.Turn("Is it quiet in Tokyo?"));
        await Store.SayAsync("b", null, Said.Turn("KYOTO in winter"));

        Assert.Equal([("a", 1)], await Find("quiet kyoto"));
        Assert.Equal([("a", 1), ("b", 1)], (await Find("kyoto")).Order());
        Assert.Equal([("a", 1), ("a", 2)], (await Find("qui*")).Order());
        Assert.Equal([("b", 1)], await Find("\"kyoto in\""));
        Assert.Equal([("a", 1)], await Find("honen-in"));
        Assert.Equal([("b", 1)], await Find("kyoto", "b"));
        Assert.Empty(await Find("osaka"));
    }

    [StoreFact]
    public async Task The_better_match_comes_first()
    {
        await Store.SayAsync("a", null, Said.Turn("One tea among many other words that have nothing to do with it at all, said at length"),
            Said.Turn("Tea, tea, tea", "Tea!"));

        var hits = await Store.FindWordsAsync("tea", new StoreSearchScope(), default);

        Assert.Equal([2, 1], hits.Select(hit => hit.Number));
        Assert.True(hits[0].Score > hits[1].Score && hits[1].Score > 0);
        Assert.Equal("Tea, tea, tea\nTea!", hits[0].Text);
    }

    [StoreFact]
    public async Task Scripts_without_spaces_are_searched()
    {
        await Store.SayAsync("a", null, Said.Turn("東京都に行きたい"), Said.Turn("推荐一个适合夏天旅行的城市"), Said.Turn("서울에서 만나요"));

        Assert.Equal([("a", 1)], await Find("東京"));
        Assert.Equal([("a", 2)], await Find("夏天 城市"));
        Assert.Equal([("a", 3)], await Find("서울"));
        Assert.Empty(await Find("京東"));
    }

    [StoreFact(NeedsVectors = true)]
    public async Task What_was_taken_back_is_not_found()
    {
        var (first, second) = (Said.Turn("green tea"), Said.Turn("black tea"));
        await Store.SayAsync("a", null, first, second);
        await Store.WriteEmbeddingsAsync(s_space, [new(first.Id, new float[] { 1, 0, 0 }), new(second.Id, new float[] { 0, 1, 0 })], default);
        await Store.WriteAsync(new ConversationWrite { Header = Said.Header("a"), Move = new TipMove { KnownTip = second.Id, Parent = first.Id } }, default);

        Assert.Equal([("a", 1)], await Find("tea"));
        Assert.Equal([1], (await Store.FindNearestAsync(s_space, new float[] { 0, 1, 0 }, new StoreSearchScope(), default)).Select(hit => hit.Number));
    }

    [StoreFact(NeedsVectors = true)]
    public async Task What_is_taken_back_or_said_after_a_search_counts_for_the_next_one()
    {
        var (first, second) = (Said.Turn("green tea"), Said.Turn("black tea"));
        await Store.SayAsync("a", null, first, second);
        await Store.WriteEmbeddingsAsync(s_space, [new(first.Id, new float[] { 1, 0, 0 }), new(second.Id, new float[] { 0, 1, 0 })], default);
        Assert.Equal([("a", 2, 1.0), ("a", 1, 0.0)], await Nearest([0, 1, 0], new StoreSearchScope()));
        var other = await OpenAgainAsync();

        await Store.WriteAsync(new ConversationWrite { Header = Said.Header("a"), Move = new TipMove { KnownTip = second.Id, Parent = first.Id } }, default);
        Assert.Equal([("a", 1, 0.0)], await Nearest([0, 1, 0], new StoreSearchScope()));
        Assert.Equal([("a", 1)], await Find("tea"));

        await other.WriteAsync(new ConversationWrite { Header = Said.Header("b"), Move = new TipMove { Parent = second.Id } }, default);
        Assert.Equal([("b", 2, 1.0), ("a", 1, 0.0)], await Nearest([0, 1, 0], new StoreSearchScope()));
        Assert.Equal([("a", 1), ("b", 2)], (await Find("tea")).Order());
    }

    [StoreFact]
    public async Task A_query_without_a_word_is_refused()
    {
        var failure = await Assert.ThrowsAsync<QwenException>(() => Find(" ?! "));
        Assert.Equal(QwenErrorKind.InvalidRequest, failure.Kind);
    }

    [StoreFact]
    public async Task Text_that_looks_like_a_query_language_is_only_words()
    {
        await Store.SayAsync("a", null, Said.Turn("it's a \"test\" AND (NOT) NEAR -x:* & | !"));
        foreach (string query in new[] { "it's", "AND", "NOT", "NEAR", "x:*", "\"test", "(not)", "a & test", "%", "it's' ; --" })
        {
            if (query.Any(char.IsLetter))
                Assert.Equal([("a", 1)], await Find(query));
        }
    }

    [StoreFact]
    public async Task Very_long_text_can_be_kept_and_found()
    {
        string words = string.Join(' ', Enumerable.Range(0, 150_000).Select(i => $"слово{i}"));
        await Store.SayAsync("a", null, Said.Turn("needle " + new string('x', 100_000) + " " + words));
        Assert.Equal([("a", 1)], await Find("needle"));
    }

    [StoreFact(NeedsVectors = true)]
    public async Task The_nearest_turns_are_found()
    {
        var turns = Enumerable.Range(1, 3).Select(i => Said.Turn($"{i}")).ToArray();
        await Store.SayAsync("a", null, turns);
        var other = Said.Turn("other");
        await Store.SayAsync("b", null, other);
        await Store.WriteEmbeddingsAsync(s_space,
        [
            new(turns[0].Id, new float[] { 1, 0, 0 }), new(turns[1].Id, new float[] { 3, 4, 0 }), new(turns[2].Id, new float[] { -1, 0, 0 }),
            new(other.Id, new float[] { 0, 2, 0 }), new(Guid.NewGuid(), new float[] { 0, 1, 0 }),
        ], default);

        var all = await Nearest([0, 5, 0], new StoreSearchScope { Top = 2 });
        Assert.Equal([("b", 1, 1.0), ("a", 2, 0.8)], all);
        Assert.Equal([("a", 2, 0.8), ("a", 1, 0.0)], await Nearest([0, 5, 0], new StoreSearchScope { Top = 2, ConversationId = "a" }));
        Assert.Equal([("a", 1, 0.0), ("a", 3, 0.0)],
            (await Nearest([0, 5, 0], new StoreSearchScope { ConversationId = "a", Exclude = new HashSet<Guid> { turns[1].Id } })).Order());
        Assert.Empty(await Store.FindNearestAsync(new EmbeddingSpace("unknown", 3), new float[] { 1, 0, 0 }, new StoreSearchScope(), default));
    }

    [StoreFact(NeedsVectors = true)]
    public async Task New_and_replaced_vectors_are_seen_at_once_by_every_process()
    {
        var (first, second) = (Said.Turn("1"), Said.Turn("2"));
        await Store.SayAsync("a", null, first, second);
        await Store.WriteEmbeddingsAsync(s_space, [new(first.Id, new float[] { 1, 0, 0 })], default);
        Assert.Equal([("a", 1, 1.0)], await Nearest([1, 0, 0], new StoreSearchScope { Top = 1 }));

        var other = await OpenAgainAsync();
        await other.WriteEmbeddingsAsync(s_space, [new(first.Id, new float[] { 0, 1, 0 }), new(second.Id, new float[] { 1, 0, 0 })], default);

        Assert.Equal([("a", 2, 1.0), ("a", 1, 0.0)], await Nearest([1, 0, 0], new StoreSearchScope { Top = 2 }));
        await other.DeleteAsync("a", default);
        Assert.Empty(await Nearest([1, 0, 0], new StoreSearchScope()));
    }

    [StoreFact(NeedsVectors = true)]
    public async Task Turns_without_a_vector_are_known()
    {
        var (first, second) = (Said.Turn("1"), Said.Turn("2", "B"));
        var silent = new QwenTurn(3, [new QwenItem("""{"type":"function_call_output","output":"x"}"""u8.ToArray(), "i", "function_call_output", null)], 1);
        await Store.SayAsync("a", null, first, second, silent);
        await Store.SayAsync("b", null, Said.Turn("3"));
        Assert.Equal(3, (await Store.ReadUnembeddedAsync(s_space, null, 10, default)).Count);

        await Store.WriteEmbeddingsAsync(s_space, [new(first.Id, new float[] { 1, 0, 0 })], default);

        Assert.Equal([new TurnText(second.Id, "2\nB")], await Store.ReadUnembeddedAsync(s_space, "a", 10, default));
        Assert.Single(await Store.ReadUnembeddedAsync(s_space, null, 1, default));
        var kept = Assert.Single(await Store.ReadEmbeddingsAsync(s_space, [first.Id, second.Id], default));
        Assert.Equal((first.Id, 1f), (kept.TurnId, kept.Vector.Span[0]));
    }

    [StoreFact(NeedsVectors = true)]
    public async Task Vectors_of_another_length_are_refused()
    {
        var turn = Said.Turn("1");
        await Store.SayAsync("a", null, turn);
        await Store.WriteEmbeddingsAsync(s_space, [new(turn.Id, new float[] { 1, 0, 0 })], default);

        foreach (var attempt in new Func<Task>[]
        {
            () => Store.WriteEmbeddingsAsync(s_space with { Dimensions = 2 }, [new(turn.Id, new float[] { 1, 0 })], default),
            () => Store.FindNearestAsync(s_space with { Dimensions = 2 }, new float[] { 1, 0 }, new StoreSearchScope(), default),
            () => Store.FindNearestAsync(s_space, new float[] { 1, 0 }, new StoreSearchScope(), default),
            () => Store.WriteEmbeddingsAsync(s_space, [new(turn.Id, new float[] { 0, 0, 0 })], default),
            () => Store.WriteEmbeddingsAsync(s_space, [new(turn.Id, new float[] { float.NaN, 0, 0 })], default),
        })
        {
            Assert.Equal(QwenErrorKind.InvalidRequest, (await Assert.ThrowsAsync<QwenException>(attempt)).Kind);
        }
    }

    [StoreFact(NeedsVectors = true)]
    public async Task Nearest_agrees_with_a_plain_search()
    {
        var random = new Random(7);
        float[] Vector() => Enumerable.Range(0, 67).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray();
        var space = new EmbeddingSpace("any", 67);
        var turns = Enumerable.Range(1, 200).Select(i => (Turn: Said.Turn($"{i}"), Vector: Vector())).ToArray();
        await Store.SayAsync("a", null, turns.Select(turn => turn.Turn).ToArray());
        await Store.WriteEmbeddingsAsync(space, [.. turns.Select(turn => new TurnEmbedding(turn.Turn.Id, turn.Vector))], default);
        float[] query = Vector();

        var hits = await Store.FindNearestAsync(space, query, new StoreSearchScope { Top = 10, ConversationId = "a" }, default);

        Assert.Equal(turns.OrderByDescending(turn => Cosine(turn.Vector, query)).Take(10).Select(turn => turn.Turn.Id), hits.Select(hit => hit.TurnId));
        Assert.All(hits, hit => Assert.Equal(Cosine(turns[hit.Number - 1].Vector, query), hit.Score, 1e-5));

        static double Cosine(float[] a, float[] b) =>
            a.Zip(b, (x, y) => (double)x * y).Sum() / Math.Sqrt(a.Sum(x => (double)x * x) * b.Sum(x => (double)x * x));
    }

    [StoreFact]
    public async Task Nothing_is_written_after_closing()
    {
        await Store.DisposeAsync();
        var failure = await Assert.ThrowsAsync<QwenException>(() => Store.SayAsync("a", null, Said.Turn("1")));
        Assert.Equal(QwenErrorKind.StoreUnavailable, failure.Kind);
    }

    private protected async Task<IConversationStore> OpenAgainAsync()
    {
        var store = await OpenAsync();
        _opened.Add(store);
        return store;
    }

    private Task<WriteResult> Branch(string id, QwenTurn after, params QwenTurn[] turns) => Store.WriteAsync(
        new ConversationWrite { Header = Said.Header(id), Move = new TipMove { Parent = after.Id, Turns = turns } }, default);

    private async Task<(string, int)[]> Find(string query, string? conversation = null) =>
        [.. (await Store.FindWordsAsync(query, new StoreSearchScope { ConversationId = conversation }, default)).Select(hit =>
        (hit.ConversationId, hit.Number))];

    private async Task<(string, int, double)[]> Nearest(float[] vector, StoreSearchScope scope) =>
        [.. (await Store.FindNearestAsync(s_space, vector, scope, default)).Select(hit => (hit.ConversationId, hit.Number, Math.Round(hit.Score, 5)))];
}
