using QwenChat.History;
using QwenChat.Saving;
using QwenChat.Tests.History;
using Xunit;

namespace QwenChat.Tests.Saving;

/// <summary>Tests the rules of docs/consistency.md for stored conversations that several objects, sessions or processes use.</summary>
public sealed class StoreConsistencyTests : ConsistencyBed
{
    [Fact]
    public async Task A_failed_turn_is_deleted_when_the_conversation_is_resumed()
    {
        var conversation = Stored(New(), "p");
        await SendAsync(conversation, "u1");
        await FailAsync(conversation, "u2", 504);

        var resumed = await ResumeAsync("p");

        Assert.Equal("<u1,u3>", await SendAsync(resumed, "u3"));
        Assert.Equal(["u1", "u3"], Messages(resumed));
        Assert.Equal("<u1,u3,u4>", await SendAsync(await ResumeAsync("p"), "u4"));
        Assert.Empty(Warnings());
    }

    [Fact]
    public async Task A_branch_in_the_store_has_its_own_conversation_object()
    {
        var mine = Stored(New(), "p");
        await SendAsync(mine, "u1");
        var theirs = await ResumeAsync("p");
        await SendAsync(theirs, "v2");

        Assert.Equal("<u1,u3>", await SendAsync(mine, "u3"));
        Assert.Equal("<u1,v2,v4>", await SendAsync(theirs, "v4"));

        Assert.Contains("now a separate branch", Assert.Single(Warnings()), StringComparison.Ordinal);
        var rows = await RowsAsync();
        Assert.Equal(["p", null], rows.Select(row => row.Name));
        Assert.Equal(2, rows.Select(row => row.Held!.Id).Distinct().Count());
        var branch = rows.Single(row => row.Name is null);
        await ConversationChange.RemoveFromServiceAsync(branch, null, Notices, None);
        Assert.Equal("<u1,v2,v4,v5>", await SendAsync(theirs, "v5"));
    }

    [Theory]
    [InlineData("undo")]
    [InlineData("add")]
    [InlineData("remove")]
    public async Task A_change_to_a_conversation_continued_elsewhere_does_not_change_the_conversation_object(string change)
    {
        var mine = Stored(New(), "p");
        await SendAsync(mine, "u1");
        var theirs = await ResumeAsync("p");
        await SendAsync(theirs, "v2");

        await (change switch
        {
            "undo" => ConversationEdit.UndoAsync(mine, 1, None, null, Notices),
            "add" => AddAsync(mine, "p1"),
            _ => ConversationEdit.RemoveAsync(mine, mine.Path[0].Items[1].Id!, None, null, Notices),
        });

        Assert.Equal(["u1", "v2"], await UsersAsync(theirs));
        Assert.Null(mine.Held);
        Assert.Contains("now a separate branch", Assert.Single(Warnings()), StringComparison.Ordinal);
        Assert.Equal("<u1,v2,v3>", await SendAsync(theirs, "v3"));
    }

    [Theory]
    [InlineData(QwenApi.ChatCompletions)]
    [InlineData(QwenApi.Responses)]
    [InlineData(QwenApi.DashScope)]
    [InlineData(QwenApi.Conversations)]
    public async Task Items_and_settings_that_two_sessions_changed_are_merged(QwenApi api)
    {
        await SendAsync(Stored(New(api), "p"), "u1");
        var (first, second) = (await ResumeAsync("p"), await ResumeAsync("p"));
        await AddAsync(first, "p1");
        await ConversationChange.SetAsync(first, one => one.Options = one.Options with { Instructions = "I1" }, Notices, None);
        await AddAsync(second, "p2");
        await ConversationChange.SetAsync(second, one => one.Options = one.Options with { Temperature = 0.5 }, Notices, None);

        var resumed = await ResumeAsync("p");

        Assert.Equal(("I1", 0.5), (resumed.Instructions, resumed.Options.Temperature));
        Assert.Equal("<u1,p1,p2,u2>", await SendAsync(resumed, "u2"));
        Assert.Equal(["p1", "p2", "u2"], resumed.Path.Last!.Items.SkipLast(1).Select(item => item.Text));
        Assert.Empty(Warnings());
    }

    [Fact]
    public async Task Two_different_changes_to_a_setting_create_a_branch()
    {
        await SendAsync(Stored(New(QwenApi.ChatCompletions), "p"), "u1");
        var (first, second) = (await ResumeAsync("p"), await ResumeAsync("p"));
        await ConversationChange.SetAsync(first, one => one.Options = one.Options with { Instructions = "I1" }, Notices, None);
        await ConversationChange.SetAsync(second, one => one.Options = one.Options with { Instructions = "I2" }, Notices, None);

        Assert.Contains("now a separate branch", Assert.Single(Warnings()), StringComparison.Ordinal);
        var rows = await RowsAsync();
        Assert.Equal([(null, "I2", 1), ("p", "I1", 1)], rows.Select(row => (row.Name, row.Instructions, row.TurnCount)));
    }

    [Fact]
    public async Task A_change_by_a_session_that_has_not_seen_another_sessions_turn_keeps_the_turn()
    {
        await SendAsync(Stored(New(QwenApi.ChatCompletions), "p"), "u1");
        var (mine, theirs) = (await ResumeAsync("p"), await ResumeAsync("p"));
        await SendAsync(theirs, "v2");
        await ConversationChange.SetAsync(mine, one => one.Options = one.Options with { Instructions = "I1" }, Notices, None);
        await ConversationChange.SetAsync(mine, one => one.Options = one.Options with { Temperature = 0.5 }, Notices, None);
        Assert.Empty(Warnings());

        var resumed = await ResumeAsync("p");

        Assert.Equal(["u1", "v2"], Messages(resumed));
        Assert.Equal(("I1", 0.5), (resumed.Instructions, resumed.Options.Temperature));
        Assert.Equal("<u1,u3>", await SendAsync(mine, "u3"));
        Assert.Contains("now a separate branch", Assert.Single(Warnings()), StringComparison.Ordinal);
        Assert.Equal(["u1", "v2"], Messages(await ResumeAsync("p")));
    }

    [Fact]
    public async Task An_import_is_stored_next_to_the_conversation_that_it_was_exported_from()
    {
        var original = Stored(New(QwenApi.ChatCompletions), "p");
        await ConversationSaving.SaveAsync(original, Notices, None);
        var import = QwenChat.Export.ConversationFileContent.Of(original).Restore(Connection);
        await ConversationSaving.ChangeAsync(import, _ => { }, Open(), Notices, None);
        await ConversationChange.SetAsync(import, one => one.Name = "q", Notices, None);

        Assert.Contains("This conversation was stored with the id", Assert.Single(Warnings()), StringComparison.Ordinal);
        Assert.Equal(["q", "p"], (await RowsAsync()).Select(row => row.Name));
        Assert.NotEqual(original.Id, import.Id);
    }

    [Fact]
    public async Task A_conversation_that_returns_to_its_store_continues_in_its_row()
    {
        var conversation = Stored(New(QwenApi.ChatCompletions), "p");
        var store = conversation.Store!;
        await SendAsync(conversation, "u1");
        await ConversationSaving.ChangeAsync(conversation, _ => { }, null, Notices, None);
        await SendAsync(conversation, "u2");
        await ConversationSaving.ChangeAsync(conversation, _ => { }, store, Notices, None);

        Assert.Equal(["u1", "u2"], Messages(await ResumeAsync("p")));
        Assert.Empty(Warnings());
    }

    [Theory]
    [InlineData(QwenApi.Conversations)]
    [InlineData(QwenApi.ChatCompletions)]
    public async Task A_conversation_that_returns_to_its_row_keeps_its_settings(QwenApi api)
    {
        var conversation = Stored(New(api), "p");
        await SendAsync(conversation, "u1");
        var resumed = await ResumeAsync("p");

        await ConversationSaving.ChangeAsync(resumed, changed => (changed.Name, changed.TokenLimit) = ("q", 5000), Open(), Notices, None);

        var row = Assert.Single(await RowsAsync());
        Assert.Equal(("q", 5000L, conversation.Id), (row.Name, row.TokenLimit, row.Id));
        Assert.Equal(["u1"], Messages(row));
        Assert.Empty(Warnings());
    }

    [Fact]
    public async Task A_resume_adds_items_found_after_the_transcript()
    {
        var conversation = Stored(New(), "p");
        await SendAsync(conversation, "u1");
        await ArriveAsync(conversation, ("user", "x1"), ("assistant", "y1"), ("user", "x2"));

        var resumed = await ResumeAsync("p");

        Assert.Equal("<u1,x1,x2,u2>", await SendAsync(resumed, "u2"));
        Assert.Equal([["u1", "<u1>"], ["x1", "y1"], ["x2"], ["u2", "<u1,x1,x2,u2>"]],
            resumed.Turns.Select(turn => turn.Items.Select(item => item.Text).ToArray()));
        Assert.Contains("3 items", Assert.Single(Warnings()), StringComparison.Ordinal);
        Assert.Equal(["u1", "x1", "x2", "u2"], Messages(await ResumeAsync("p")));
    }
}
