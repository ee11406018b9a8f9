using QwenChat.Store;
using Xunit;

namespace QwenChat.Tests.Storage;

public abstract partial class ConversationStoreTests
{
    [StoreFact]
    public async Task A_second_append_to_the_same_tip_is_rejected_and_writes_nothing()
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
    public async Task Every_write_increments_the_version_and_an_older_header_replaces_nothing()
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
    public async Task A_new_conversation_does_not_overwrite_an_existing_row()
    {
        await Store.WriteAsync(new ConversationWrite { Header = Said.Header("a", "theirs"), Move = new TipMove() }, default);
        var mine = new ConversationWrite { Header = Said.Header("a", "mine"), MustBeNew = true, Move = new TipMove { Turns = [Said.Turn("1")] } };

        Assert.Equal(WriteOutcome.Stale, (await Store.WriteAsync(mine, default)).Outcome);

        Assert.Equal(("theirs", 0), ((await Store.FindAsync("a", default))!.Name, (await Store.FindAsync("a", default))!.TurnCount));
    }

    [StoreFact]
    public async Task A_repeated_write_has_one_effect()
    {
        var (first, second) = (Said.Turn("1"), Said.Turn("2"));
        await Store.SayAsync("a", null, first);
        Assert.Equal(WriteOutcome.Written, (await Store.SayAsync("a", null, first)).Outcome);

        // The writer assumes that the turn was lost, and writes it again with the next turn.
        Assert.Equal(WriteOutcome.Written, (await Store.SayAsync("a", null, first, second)).Outcome);

        Assert.Equal(["1", "2"], await Store.MessagesAsync("a"));
    }

    [StoreFact]
    public async Task Appending_after_a_missing_turn_writes_nothing()
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

        // The conversations all branch from one turn, and therefore compete for the same position in the tree.
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
    public async Task A_removal_deletes_only_unshared_turns()
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
    public async Task A_removal_keeps_turns_that_another_conversation_has_undone()
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
    public async Task A_removed_conversation_can_be_written_again()
    {
        var (first, second) = (Said.Turn("1"), Said.Turn("2"));
        await Store.SayAsync("a", null, first);
        await Store.DeleteAsync("a", default);

        Assert.Equal(WriteOutcome.ParentMissing, (await Store.SayAsync("a", first, second)).Outcome);
        var whole = new TipMove { KnownTip = first.Id, Turns = [first, second] };
        Assert.Equal(WriteOutcome.Written, (await Store.WriteAsync(new ConversationWrite { Header = Said.Header("a"), Move = whole }, default)).Outcome);

        Assert.Equal(["1", "2"], await Store.MessagesAsync("a"));
    }
}
