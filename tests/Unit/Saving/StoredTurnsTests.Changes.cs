using System.Reflection;
using QwenChat.History;
using QwenChat.Model;
using QwenChat.Saving;
using QwenChat.Storage.Sqlite;
using QwenChat.Store;
using QwenChat.Tests.Model;
using QwenChat.Tests.Storage;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.Saving;

public sealed partial class StoredTurnsTests
{
    [Fact]
    public async Task An_undo_moves_the_tip_and_the_turns_stay()
    {
        var conversation = New(QwenApi.ChatCompletions, "trip");
        await SendAsync(conversation, "One");
        var second = await SendAsync(conversation, "Two");
        await ConversationEdit.UndoAsync(conversation, 1, default);

        Assert.Equal(["One"], (await ListAsync()).Single().Turns.Select(turn => turn.Message));
        Assert.Equal(["One", "Two"], (await _backend.ReadTurnsAsync(second.Turn.Id, default)).Select(turn => turn.Message));
        await SendAsync(conversation, "Two b");
        Assert.Equal(["One", "Two b"], (await ListAsync()).Single().Turns.Select(turn => turn.Message));
    }

    [Fact]
    public async Task A_branch_is_stored_next_to_its_original_without_the_name()
    {
        var conversation = New(QwenApi.Responses, "trip");
        var first = await SendAsync(conversation, "One");
        await SendAsync(conversation, "Two");

        var branch = await SendAsync(first.Continue(), "Two b");

        Assert.Equal(_store, branch.Conversation.Store);
        var all = await ListAsync();
        Assert.Equal([(null, "One, Two b"), ("trip", "One, Two")],
            all.Select(found => (found.Name, string.Join(", ", found.Turns.Select(turn => turn.Message)))));
        Assert.NotEqual(all[0].Id, all[1].Id);
        Assert.Equal(all[0].Turns[0].Id, all[1].Turns[0].Id);
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task Pending_and_removed_items_are_restored(QwenApi api)
    {
        var conversation = New(api);
        await SendAsync(conversation, "One");
        await SendAsync(conversation, "Two");
        await ConversationEdit.RemoveAsync(conversation, conversation.Items.First(item => item.Text == "One").Id!, default);
        await ConversationEdit.AddAsync(conversation, [MessageDraft.OfText("user", "Waiting")], default);

        var resumed = (await ListAsync()).Single();

        string[] expected = ["1: One", "Two", "2: Two", "Waiting"];
        Assert.Equal(expected, resumed.Items.Select(item => item.Text));
        Assert.Equal(conversation.Items.Select(item => item.Json.ToArray()), resumed.Items.Select(item => item.Json.ToArray()));
        Assert.Equal("3: Three", (await SendAsync(resumed, "Three")).Text);
        Assert.Equal([.. expected, "Three", "3: Three"], (await ListAsync()).Single().Items.Select(item => item.Text));
    }

    [Fact]
    public async Task Two_sessions_that_continue_one_conversation_both_keep_their_turns()
    {
        await SendAsync(New(QwenApi.Responses, "trip"), "One");
        var (mine, theirs) = ((await ListAsync()).Single(), (await ListAsync()).Single());
        await SendAsync(theirs, "Two");

        await SendAsync(mine, "Two b");

        Assert.Contains("now a separate branch", Assert.Single(Warnings()), StringComparison.Ordinal);
        Assert.Equal([(null, "One, Two b"), ("trip", "One, Two")],
            (await ListAsync()).Select(found => (found.Name, string.Join(", ", found.Turns.Select(turn => turn.Message)))));
        Assert.Equal("3: Three", (await SendAsync(mine, "Three")).Text);
        Assert.Empty(Warnings());
    }

    [Fact]
    public async Task Renaming_a_loaded_conversation_does_not_write_its_turns()
    {
        await SendAsync(New(QwenApi.Responses, "trip"), "One");
        var listed = (await ListAsync()).Single();
        await ConversationChange.SetAsync(listed, conversation => conversation.Name = "journey", _notices, default);
        Assert.Equal(("journey", 1), ((await ListAsync()).Single().Name, (await ListAsync()).Single().TurnCount));
    }

    [Fact]
    public async Task A_conversation_removed_elsewhere_is_stored_completely_when_renamed()
    {
        await SendAsync(New(QwenApi.ChatCompletions, "trip"), "One");
        var (mine, theirs) = ((await ListAsync()).Single(), (await ListAsync()).Single());
        await ConversationSaving.RemoveAsync(theirs, default);
        await ConversationChange.SetAsync(mine, conversation => conversation.Name = "journey", _notices, default);
        Assert.Equal(("journey", 1), ((await ListAsync()).Single().Name, (await ListAsync()).Single().TurnCount));
    }

    [Fact]
    public async Task A_conversation_moves_to_another_store_completely()
    {
        var conversation = New(QwenApi.ChatCompletions, "trip");
        await SendAsync(conversation, "One");
        using var other = new QwenStore("SQLite", "other.db", await SqliteStore.OpenAsync(Path.Combine(_folder, "other.db"), TimeProvider.System, default));

        await ConversationSaving.ChangeAsync(conversation, _ => { }, other, _notices, default);
        await SendAsync(conversation, "Two");

        Assert.Equal(2, (await other.LoadAllAsync(_connection)).Single().TurnCount);
        Assert.Equal(1, (await ListAsync()).Single().TurnCount);
    }

    [Fact]
    public async Task A_failed_move_leaves_the_conversation_in_its_store()
    {
        var conversation = New(QwenApi.ChatCompletions, "trip");
        await SendAsync(conversation, "One");
        var broken = new QwenStore("SQLite", "broken.db", new FailingStore(_backend) { Trouble = FailingStore.Away });
        await Assert.ThrowsAsync<QwenException>(() => ConversationSaving.ChangeAsync(conversation, _ => { }, broken, _notices, default));
        Assert.Equal(_store, conversation.Store);
    }

    [Fact]
    public async Task A_removed_conversation_continues_in_memory()
    {
        var conversation = New(QwenApi.ChatCompletions, "trip");
        await SendAsync(conversation, "One");
        await ConversationSaving.RemoveAsync(conversation, default);
        Assert.Empty(await ListAsync());
        Assert.Equal("2: Two", (await SendAsync(conversation, "Two")).Text);
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task A_conversation_removed_elsewhere_is_stored_again_when_continued()
    {
        var conversation = New(QwenApi.ChatCompletions, "trip");
        await SendAsync(conversation, "One");
        await ConversationSaving.RemoveAsync((await ListAsync()).Single(), default);
        await SendAsync(conversation, "Two");
        Assert.Equal(["One", "Two"], (await ListAsync()).Single().Turns.Select(turn => turn.Message));
    }

    [Fact]
    public async Task A_conversation_is_found_by_the_id_assigned_by_the_service()
    {
        var conversation = New(QwenApi.Conversations, "trip");
        await SendAsync(conversation, "One");
        Assert.StartsWith("conv_", conversation.Id, StringComparison.Ordinal);
        Assert.Equal("trip", (await StoreListing.FindAsync(_store, conversation.Id, _connection, default)).Name);
        Assert.Equal(QwenErrorKind.NotFound,
            (await Assert.ThrowsAsync<QwenException>(() => StoreListing.FindAsync(_store, "conv_1", _connection, default))).Kind);
    }

    // A new property must be added to one of the two lists below. The first list contains the properties in the store. The second list contains
    // computed properties, and the following properties, which must not be in the store:
    // - Connection and Defaults belong to the session. A connection also has a key.
    // - Place refers to the row in the store.
    // - LastHead describes the last request, and affects only the next request.
    // - WaitingSummary belongs to a failed turn.
    // - SummaryFailures, RecallFailures, KeepsNothingAt, TimesForgotten and InputLimit are learned again.
    // - Vectors have a separate table. Embeddings is the queue of turns to embed.
    // - Claims and Saving synchronize operations in the process.
    [Theory]
    [InlineData(typeof(QwenConversation),
        "Id Api ApiKind CreatedAt Usage CallLines Counted Settings PrefixBroken Transcript Path Pending Held AllSummaries",
        "ToolOptions "
            + "Summaries Summary WaitingSummary SummaryFailures RecallFailures Defaults HasNotBegun KeepsNothingAt TimesForgotten Embeddings InputLimit Model "
        + "Instructions Turns TurnCount LastResponseId ExpiresAt Connection Store Place LastHead Claims Saving Items Ledger")]
    [InlineData(typeof(QwenTurn), "Id Number Items Usage State Model ResponseId CreatedAt InputCount Server Terms EstimatedUsage Requests Sent",
        "Message Text Thinking ServiceToolCalls SavedIn RefersToStore MayBeOdd HasMedia SpokenText Counted Vectors AnswerStart LastUsage")]
    [InlineData(typeof(QwenItem), "Id Type Role CreatedAt ExpiresAt Status Json",
        "Text Content ContentForm JsonLength Frame IsOnePiece Pieces TemporaryAddresses IsForDisplay IsAlwaysSent IsServiceToolCall MayHaveMedia")]
    public void Every_property_is_covered(Type type, string stored, string left) => Assert.Equal(
        $"{stored} {left}".Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(),
        type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Select(property => property.Name)
            .Except(SettingsSample.Names(type)).Order());

    private QwenConversation New(QwenApi api, string? name = null)
    {
        var conversation = _client.NewConversation(api, new QwenOptions { Thinking = QwenThinking.Off, Instructions = "Be brief.", Temperature = 0 });
        conversation.Name = name;
        conversation.Place = new StoreBinding(_store);
        return conversation;
    }

    private Task<IReadOnlyList<QwenConversation>> ListAsync() => _store.LoadAllAsync(_connection);

    private async Task<QwenReply> SendAsync(QwenConversation conversation, string message)
    {
        await foreach (var delta in _client.RunAsync(conversation, new TurnRequest { Message = MessageDraft.OfText("user", message) }, _notices, default))
        {
            if (delta.Reply is { } reply)
                return reply;
        }
        throw new InvalidOperationException();
    }

    private string[] Warnings()
    {
        var texts = new List<string>();
        while (_notices.TryTake(out var notice))
        {
            if (notice.Level == NoticeLevel.Warning)
                texts.Add(notice.Text);
        }
        return [.. texts];
    }
}
