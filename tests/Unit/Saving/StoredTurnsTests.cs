using System.Reflection;
using QwenChat.History;
using QwenChat.Model;
using QwenChat.Saving;
using QwenChat.Storage.Sqlite;
using QwenChat.Store;
using QwenChat.Tests.Storage;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.Context;

/// <summary>Conversations that are kept in a store, from end to end with the emulator.</summary>
public sealed class StoredTurnsTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qwenchat-").FullName;
    private readonly QwenEmulator _emulator =
        QwenEmulator.Start(new QwenEmulatorOptions { Reply = (prompt, _) => $"{prompt.Messages.Count(m => m.Role == "user")}: {prompt.Messages[^1].Text}" });
    private readonly NoticeQueue _notices = new();
    private QwenConnection _connection = null!;
    private QwenClient _client = null!;
    private FailingStore _backend = null!;
    private QwenStore _store = null!;

    public static TheoryData<QwenApi> Apis => new(Enum.GetValues<QwenApi>());

    public async Task InitializeAsync()
    {
        _connection = QwenConnection.To(_emulator.BaseUri, _emulator.ApiKey) with { MaximumRetryCount = 0 };
        _client = new QwenClient(_connection);
        _backend = new FailingStore(await SqliteStore.OpenAsync(Path.Combine(_folder, "chats.db"), TimeProvider.System, default));
        _store = new QwenStore("SQLite", "chats.db", _backend);
    }

    public Task DisposeAsync()
    {
        _store.Dispose();
        _emulator.Dispose();
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_conversation_goes_on_where_it_was_left(QwenApi api)
    {
        var conversation = New(api, "trip");
        conversation.Metadata = new Dictionary<string, string> { ["topic"] = "food" };
        (conversation.CostLimit, conversation.TokenLimit) = (2.5m, 100_000);
        await SendAsync(conversation, "One");
        await SendAsync(conversation, "Two");
        int requests = _emulator.Requests.Count;

        var resumed = Assert.Single(await ListAsync());

        Assert.Equal(
            ("trip", conversation.Id, api, conversation.Options, 2, conversation.Usage, conversation.LastResponseId, conversation.CreatedAt, 2.5m, 100_000),
            (resumed.Name, resumed.Id, resumed.ApiKind, resumed.Options, resumed.TurnCount, resumed.Usage, resumed.LastResponseId, resumed.CreatedAt,
                resumed.CostLimit, resumed.TokenLimit));
        Assert.Equal(conversation.ExpiresAt?.ToUnixTimeSeconds(), resumed.ExpiresAt?.ToUnixTimeSeconds());
        Assert.Equal(conversation.Metadata, resumed.Metadata);
        Assert.Equal(requests, _emulator.Requests.Count);
        Assert.Equal("3: Three", (await SendAsync(resumed, "Three")).Text);
        Assert.Equal(["One", "Two", "Three"], resumed.Turns.Select(turn => turn.Message));
        Assert.Equal(["1: One", "2: Two", "3: Three"], resumed.Turns.Select(turn => turn.Text));
        Assert.Equal(conversation.Turns.Select(turn => turn.Terms), resumed.Turns.Take(2).Select(turn => turn.Terms));
        Assert.Equal(3, (await ListAsync())[0].TurnCount);
        Assert.Empty(Warnings());
        if (api is QwenApi.Responses)
            Assert.Contains(conversation.LastResponseId!, _emulator.Requests[^1].Body, StringComparison.Ordinal);
        if (api is QwenApi.Conversations)
            Assert.Contains(conversation.Id, _emulator.Requests[^1].Body, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_turn_that_is_stopped_is_kept_in_the_store_too(QwenApi api)
    {
        var conversation = New(api);
        await SendAsync(conversation, "One");
        _emulator.AddFault(new QwenEmulatorFault { EndlessEvents = true });
        await foreach (var delta in _client.StreamAsync(conversation, "Two"))
        {
            if (delta.Text.Length > 0)
                break;
        }

        var resumed = Assert.Single(await ListAsync());

        Assert.Equal([QwenReplyState.Completed, QwenReplyState.Interrupted], resumed.Turns.Select(turn => turn.State));
        Assert.Equal("Two", resumed.Turns[1].Message);
        Assert.Equal("3: Three", (await SendAsync(resumed, "Three")).Text);
    }

    [Fact]
    public async Task What_is_streamed_is_in_the_store_before_its_last_piece_is_seen()
    {
        var conversation = New(QwenApi.ChatCompletions);
        await foreach (var delta in _client.StreamAsync(conversation, "One"))
        {
            if (delta.Kind == QwenReplyDeltaKind.Done)
                Assert.Equal(1, (await ListAsync()).Single().TurnCount);
        }
    }

    [Fact]
    public async Task A_store_that_goes_away_costs_no_reply_and_gets_the_turn_with_the_next_one()
    {
        var conversation = New(QwenApi.Responses, "trip");
        await SendAsync(conversation, "One");
        _backend.Trouble = FailingStore.Away;

        Assert.Equal("2: Two", (await SendAsync(conversation, "Two")).Text);

        Assert.True(conversation.Place!.IsBehind);
        Assert.Contains("1 turn(s) of trip are not in the store yet", Assert.Single(Warnings()), StringComparison.Ordinal);
        await SendAsync(conversation, "Three");
        Assert.Contains("2 turn(s) of trip", Assert.Single(Warnings()), StringComparison.Ordinal);
        Assert.Equal(1, (await StoreListing.SummarizeAsync(_store, null, default))[0].TurnCount);

        _backend.Trouble = null;
        await SendAsync(conversation, "Four");

        Assert.False(conversation.Place!.IsBehind);
        Assert.Contains("is in the store now", Assert.Single(Warnings()), StringComparison.Ordinal);
        Assert.Equal(["One", "Two", "Three", "Four"], (await ListAsync())[0].Turns.Select(turn => turn.Message));
    }

    [Fact]
    public async Task A_store_that_hangs_does_not_hold_up_a_stop_for_long()
    {
        var conversation = New(QwenApi.ChatCompletions);
        _backend.Trouble = FailingStore.Hang;
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        conversation.Append(Said.Turn("1"), 0);

        Assert.False(await StoredConversations.TrySaveAsync(conversation, _notices, stop.Token).WaitAsync(TimeSpan.FromSeconds(30)));

        Assert.Contains("1 turn(s)", Assert.Single(Warnings()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_does_not_keep_a_turn_out_of_the_store()
    {
        var conversation = New(QwenApi.ChatCompletions);
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        conversation.Append(Said.Turn("1"), 0);

        Assert.True(await StoredConversations.TrySaveAsync(conversation, _notices, stop.Token));

        Assert.Equal(1, (await ListAsync())[0].TurnCount);
    }

    [Fact]
    public async Task Turns_that_cannot_be_read_are_an_error_and_can_be_read_later()
    {
        var conversation = New(QwenApi.ChatCompletions);
        await SendAsync(conversation, "One");
        _backend.Trouble = FailingStore.Away;
        Assert.Equal(QwenErrorKind.StoreUnavailable, (await Assert.ThrowsAsync<QwenException>(ListAsync)).Kind);
        Assert.Equal(QwenErrorKind.StoreUnavailable,
            (await Assert.ThrowsAsync<QwenException>(() => StoreListing.FindAsync(_store, conversation.Id, _connection, default))).Kind);

        _backend.Trouble = null;

        Assert.Equal("2: Two", (await SendAsync((await ListAsync())[0], "Two")).Text);
    }

    [Fact]
    public async Task A_failed_turn_writes_nothing()
    {
        var conversation = New(QwenApi.ChatCompletions);
        await SendAsync(conversation, "One");
        int writes = _backend.Writes;
        _emulator.AddFault(new QwenEmulatorFault { Status = 500 });
        await Assert.ThrowsAsync<QwenException>(() => SendAsync(conversation, "Two"));
        Assert.Equal(writes, _backend.Writes);
    }

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
    public async Task A_branch_is_stored_beside_its_origin_without_its_name()
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
    public async Task Items_that_wait_and_items_taken_out_are_as_they_were(QwenApi api)
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
    public async Task Two_who_go_on_with_one_conversation_both_keep_what_they_said()
    {
        await SendAsync(New(QwenApi.Responses, "trip"), "One");
        var (mine, theirs) = ((await ListAsync()).Single(), (await ListAsync()).Single());
        await SendAsync(theirs, "Two");

        await SendAsync(mine, "Two b");

        Assert.Contains("a branch of its own", Assert.Single(Warnings()), StringComparison.Ordinal);
        Assert.Equal([(null, "One, Two b"), ("trip", "One, Two")],
            (await ListAsync()).Select(found => (found.Name, string.Join(", ", found.Turns.Select(turn => turn.Message)))));
        Assert.Equal("3: Three", (await SendAsync(mine, "Three")).Text);
        Assert.Empty(Warnings());
    }

    [Fact]
    public async Task A_loaded_conversation_is_renamed_without_its_turns_being_written()
    {
        await SendAsync(New(QwenApi.Responses, "trip"), "One");
        var listed = (await ListAsync()).Single();
        await ConversationChange.SetAsync(listed, conversation => conversation.Name = "journey", _notices, default);
        Assert.Equal(("journey", 1), ((await ListAsync()).Single().Name, (await ListAsync()).Single().TurnCount));
    }

    [Fact]
    public async Task A_conversation_removed_by_somebody_else_is_stored_whole_when_it_is_renamed()
    {
        await SendAsync(New(QwenApi.ChatCompletions, "trip"), "One");
        var (mine, theirs) = ((await ListAsync()).Single(), (await ListAsync()).Single());
        await StoredConversations.RemoveAsync(theirs, default);
        await ConversationChange.SetAsync(mine, conversation => conversation.Name = "journey", _notices, default);
        Assert.Equal(("journey", 1), ((await ListAsync()).Single().Name, (await ListAsync()).Single().TurnCount));
    }

    [Fact]
    public async Task A_conversation_moves_to_another_store_whole()
    {
        var conversation = New(QwenApi.ChatCompletions, "trip");
        await SendAsync(conversation, "One");
        using var other = new QwenStore("SQLite", "other.db", await SqliteStore.OpenAsync(Path.Combine(_folder, "other.db"), TimeProvider.System, default));

        await StoredConversations.ChangeAsync(conversation, _ => { }, other, _notices, default);
        await SendAsync(conversation, "Two");

        Assert.Equal(2, (await other.LoadAllAsync(_connection)).Single().TurnCount);
        Assert.Equal(1, (await ListAsync()).Single().TurnCount);
    }

    [Fact]
    public async Task A_move_to_a_store_that_fails_leaves_the_conversation_where_it_is()
    {
        var conversation = New(QwenApi.ChatCompletions, "trip");
        await SendAsync(conversation, "One");
        var broken = new QwenStore("SQLite", "broken.db", new FailingStore(_backend) { Trouble = FailingStore.Away });
        await Assert.ThrowsAsync<QwenException>(() => StoredConversations.ChangeAsync(conversation, _ => { }, broken, _notices, default));
        Assert.Equal(_store, conversation.Store);
    }

    [Fact]
    public async Task What_was_removed_is_gone_and_the_object_goes_on_in_memory()
    {
        var conversation = New(QwenApi.ChatCompletions, "trip");
        await SendAsync(conversation, "One");
        await StoredConversations.RemoveAsync(conversation, default);
        Assert.Empty(await ListAsync());
        Assert.Equal("2: Two", (await SendAsync(conversation, "Two")).Text);
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task A_conversation_removed_by_somebody_else_is_stored_anew_when_it_goes_on()
    {
        var conversation = New(QwenApi.ChatCompletions, "trip");
        await SendAsync(conversation, "One");
        await StoredConversations.RemoveAsync((await ListAsync()).Single(), default);
        await SendAsync(conversation, "Two");
        Assert.Equal(["One", "Two"], (await ListAsync()).Single().Turns.Select(turn => turn.Message));
    }

    [Fact]
    public async Task A_conversation_is_found_by_the_id_that_the_service_gave_it()
    {
        var conversation = New(QwenApi.Conversations, "trip");
        await SendAsync(conversation, "One");
        Assert.StartsWith("conv_", conversation.Id, StringComparison.Ordinal);
        Assert.Equal("trip", (await StoreListing.FindAsync(_store, conversation.Id, _connection, default)).Name);
        Assert.Equal(QwenErrorKind.NotFound,
            (await Assert.ThrowsAsync<QwenException>(() => StoreListing.FindAsync(_store, "conv_1", _connection, default))).Kind);
    }

    // What is new must go into the store, or stand in the second list, with the reason why not: Connection is the session's, and has a key;
    // LastHead is the last request's and only tells about the next; a WaitingSummary
    // belongs to a turn that failed, SummaryFailures, RecallFailures, KeepsNothingAt, TimesForgotten and InputLimit are learned again; Vectors have a
    // table of their own, and Embeddings wait for it; Place is the store's own; Defaults are the session's; the rest is read from what is there.
    [Theory]
    [InlineData(typeof(QwenConversation),
        "Id Api ApiKind CreatedAt Usage Counted Settings PrefixBroken Path Pending Held AllSummaries",
        "ToolOptions "
            + "Summaries Summary WaitingSummary SummaryFailures RecallFailures Defaults HasNotBegun KeepsNothingAt TimesForgotten Embeddings InputLimit Model "
        + "Instructions Turns TurnCount LastResponseId ExpiresAt Connection Store Place LastHead Claims Saving Items Ledger")]
    [InlineData(typeof(QwenTurn), "Id Number Items Usage State Model ResponseId CreatedAt InputCount Server Terms EstimatedUsage Requests Sent",
        "Message Text Thinking SavedIn RefersToStore MayBeOdd HasMedia SpokenText Counted Vectors AnswerStart LastUsage")]
    [InlineData(typeof(QwenItem), "Id Type Role CreatedAt ExpiresAt Status Json",
        "Text Content ContentForm JsonLength Frame IsOnePiece Pieces TemporaryAddresses IsForDisplay IsAlwaysSent MayHaveMedia")]
    public void Everything_there_is_has_been_thought_of(Type type, string stored, string left) => Assert.Equal(
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
