using QwenChat.Store;
using QwenChat.Vectors;
using Xunit;

namespace QwenChat.Tests.Storage;

public abstract partial class ConversationStoreTests
{
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
    public async Task A_single_matching_word_is_enough_on_request()
    {
        var shared = Said.Turn("Where is a quiet temple?", "In Kyoto: Honen-in.");
        await Store.SayAsync("a", null, shared, Said.Turn("Is it quiet in Tokyo?"));
        await Store.SayAsync("b", null, Said.Turn("KYOTO in winter"), Said.Turn("推荐一个城市"));

        Assert.Equal([("a", 1), ("a", 2), ("b", 1)], (await Any("quiet kyoto osaka")).Order());
        Assert.Equal([("a", 1), ("b", 2)], (await Any("temp* \"城市\"")).Order());
        Assert.Equal([("b", 1)], await Any("winter kyoto", 1));
        Assert.Empty(await Any("osaka \"城里\""));
        Assert.Equal([("b", 1)], await Any("kyoto", 9, shared.Id));

        async Task<(string, int)[]> Any(string query, int top = 9, Guid? without = null) => [.. (await Store.FindWordsAsync(query, new StoreSearchScope
        {
            AnyWord = true,
            Top = top,
            Exclude = new HashSet<Guid>(without is { } id ? [id] : []),
        }, default)).Select(hit => (hit.ConversationId, hit.Number))];
    }

    [StoreFact]
    public async Task The_better_match_is_first()
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
    public async Task Undone_turns_are_not_found()
    {
        var (first, second) = (Said.Turn("green tea"), Said.Turn("black tea"));
        await Store.SayAsync("a", null, first, second);
        await Store.WriteEmbeddingsAsync(s_space, [new(first.Id, new float[] { 1, 0, 0 }), new(second.Id, new float[] { 0, 1, 0 })], default);
        await Store.WriteAsync(new ConversationWrite { Header = Said.Header("a"), Move = new TipMove { KnownTip = second.Id, Parent = first.Id } }, default);

        Assert.Equal([("a", 1)], await Find("tea"));
        Assert.Equal([1], (await Store.FindNearestAsync(s_space, new float[] { 0, 1, 0 }, new StoreSearchScope(), default)).Select(hit => hit.Number));
    }

    [StoreFact(NeedsVectors = true)]
    public async Task Undone_and_new_turns_are_considered_by_the_next_search()
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
    public async Task A_query_without_a_word_is_rejected()
    {
        var failure = await Assert.ThrowsAsync<QwenException>(() => Find(" ?! "));
        Assert.Equal(QwenErrorKind.InvalidRequest, failure.Kind);
    }

    [StoreFact]
    public async Task Query_syntax_is_searched_as_plain_words()
    {
        await Store.SayAsync("a", null, Said.Turn("it's a \"test\" AND (NOT) NEAR -x:* & | !"));
        foreach (string query in new[] { "it's", "AND", "NOT", "NEAR", "x:*", "\"test", "(not)", "a & test", "%", "it's' ; --" })
        {
            if (query.Any(char.IsLetter))
                Assert.Equal([("a", 1)], await Find(query));
        }
    }

    [StoreFact]
    public async Task Very_long_text_can_be_stored_and_found()
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
    public async Task New_and_replaced_vectors_are_immediately_visible_to_every_process()
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
    public async Task Turns_without_a_vector_are_listed()
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
    public async Task Vectors_of_a_different_length_are_rejected()
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
    public async Task The_nearest_turns_match_those_of_a_full_scan()
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
