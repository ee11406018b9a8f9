using QwenChat.History;
using QwenChat.Model;
using QwenChat.Saving;
using QwenChat.Storage.Sqlite;
using QwenChat.Store;
using QwenChat.Tests.Storage;
using QwenChat.Turn;
using Xunit;
using Xunit.Abstractions;

namespace QwenChat.Tests.Faults;

/// <summary>
/// Tests operations on a conversation by the caller that is reading an answer. No operation may wait for the turn, because the turn waits for the caller.
/// </summary>
public sealed class DuringTurnTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly FaultCases _cases = new(output);
    private readonly string _folder = Directory.CreateTempSubdirectory("qwenchat-").FullName;
    private readonly QwenEmulator _emulator = QwenEmulator.Start(new QwenEmulatorOptions { Reply = (_, _) => "one two three four five six" });
    private readonly NoticeQueue _notices = new();
    private QwenClient _client = null!;
    private QwenStore _store = null!;

    public static TheoryData<QwenApi, bool> Turns
    {
        get
        {
            var turns = new TheoryData<QwenApi, bool>();
            foreach (var api in Enum.GetValues<QwenApi>())
            {
                turns.Add(api, true);
                turns.Add(api, false);
            }
            return turns;
        }
    }

    public async Task InitializeAsync()
    {
        _client = new QwenClient(QwenConnection.To(_emulator.BaseUri, _emulator.ApiKey) with { MaximumRetryCount = 0 });
        _store = new QwenStore("SQLite", "chats.db", await SqliteStore.OpenAsync(Path.Combine(_folder, "chats.db"), TimeProvider.System, default));
    }

    public Task DisposeAsync()
    {
        _store.Dispose();
        _emulator.Dispose();
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    [Theory]
    [MemberData(nameof(Turns))]
    public async Task At_the_last_chunk_the_turn_is_saved_and_every_operation_except_a_turn_works(QwenApi api, bool streamed)
    {
        var c = await NewAsync(api);
        await AtReplyAsync(c, streamed, async reply =>
        {
            Assert.Same(c.Path.Last, reply.Turn);
            var stored = Assert.Single(await _store.LoadAllAsync(c.Connection));
            Assert.Equal(2, stored.TurnCount);
            Did("saved");

            await ConversationChange.SetAsync(c, changed => changed.Name = "renamed", _notices, default);
            Did("settings");
            await ConversationChange.SetMetadataAsync(c, new Dictionary<string, string> { ["a"] = "b" }, null, _notices, default);
            Did("metadata");
            await ConversationEdit.AddAsync(c, [MessageDraft.OfText("user", "note")], default, notices: _notices);
            Did("add");
            var plan = await _client.PlanAsync(c, "look");
            Assert.Contains("look", plan.Body.ToString(), StringComparison.Ordinal);
            Did("plan");
            Assert.Equal(2, ConversationEdit.Copy(c, c.Path, withPending: true, null, _notices).TurnCount);
            Did("copy");
            await ConversationEdit.RemoveAsync(c, c.Items.Last().Id!, default, notices: _notices);
            Did("remove");
            await ConversationEdit.UndoAsync(c, 1, default, notices: _notices);
            Did("undo");
            await ConversationSaving.ChangeAsync(c, _ => { }, null, _notices, default);
            await ConversationSaving.ChangeAsync(c, _ => { }, _store, _notices, default);
            Did("store");
        });
        Assert.Equal(("renamed", 1, "b"), (c.Name, c.TurnCount, c.Metadata["a"]));
        var resumed = Assert.Single(await _store.LoadAllAsync(c.Connection));
        Assert.Equal(("renamed", 1), (resumed.Name, resumed.TurnCount));
        Assert.Equal(["one two three four five six"], (await _client.SendAsync(c, "after")).Conversation.Turns.Skip(1).Select(turn => turn.Text));
        _cases.Check();
    }

    [Theory]
    [MemberData(nameof(Turns))]
    public async Task A_turn_sent_while_another_turn_is_read_is_rejected_without_changes(QwenApi api, bool streamed)
    {
        var c = await NewAsync(api);
        await AtReplyAsync(c, streamed, async _ =>
        {
            int requests = _emulator.Requests.Count;
            var failure = await Assert.ThrowsAsync<QwenException>(() => Task.Run(() => _client.SendAsync(c, "nested")));
            Assert.Equal(QwenErrorKind.InvalidRequest, failure.Kind);
            Assert.Equal(requests, _emulator.Requests.Count);
            Assert.Equal(2, c.TurnCount);
            Did("send");
            Assert.Equal(3, (await _client.SendAsync(c.Branch(c.Path), "on a branch")).Conversation.TurnCount);
            Did("branch");
        });
        Assert.Equal(3, (await _client.SendAsync(c, "after")).Conversation.TurnCount);
        _cases.Check();
    }

    [Theory]
    [InlineData(QwenApi.ChatCompletions)]
    [InlineData(QwenApi.Responses)]
    [InlineData(QwenApi.Conversations)]
    [InlineData(QwenApi.DashScope)]
    public async Task Between_chunks_settings_can_change_but_not_the_history(QwenApi api)
    {
        var c = await NewAsync(api);
        bool seen = false;
        await foreach (var piece in _client.StreamAsync(c, "hi"))
        {
            if (seen || piece.Reply is not null)
                continue;
            seen = true;
            await ConversationChange.SetAsync(c, changed => changed.Name = "renamed", _notices, default);
            await ConversationChange.SetMetadataAsync(c, new Dictionary<string, string> { ["a"] = "b" }, null, _notices, default);
            Assert.Equal(1, ConversationEdit.Copy(c, c.Path, withPending: true, null, _notices).TurnCount);
            Assert.NotNull(await _client.PlanAsync(c, "look"));
            Did("settings, metadata, copy, plan");
            await Assert.ThrowsAsync<QwenException>(() => ConversationEdit.UndoAsync(c, 1, default));
            Did("undo");
            await Assert.ThrowsAsync<QwenException>(() => ConversationEdit.RemoveAsync(c, c.Items.First().Id ?? "item_1", default));
            Did("remove");
            await Assert.ThrowsAsync<QwenException>(() => _client.SendAsync(c, "nested"));
            Did("send");
            if (api != QwenApi.Conversations)
                await ConversationEdit.AddAsync(c, [MessageDraft.OfText("user", "for the next turn")], default);
        }
        Assert.True(seen);
        Assert.Equal(("renamed", 2, "b"), (c.Name, c.TurnCount, c.Metadata["a"]));
        Assert.Equal("hi", c.Path.Last!.Message);
        Assert.Equal(api == QwenApi.Conversations ? 0 : 1, c.Pending.Count);
        _cases.Check();
    }

    [Fact]
    public async Task A_waiting_turn_uses_the_settings_at_its_start()
    {
        var c = await NewAsync(QwenApi.ChatCompletions);
        Task<QwenReply>? waiting = null;
        var stream = _client.StreamAsync(c, "hi").GetAsyncEnumerator();
        while (await stream.MoveNextAsync() && stream.Current.Reply is null)
        {
            waiting ??= _client.SendAsync(c, "waits");
            if (c.Instructions is null)
                await ConversationChange.SetAsync(c, changed => changed.Options = changed.Options with { Instructions = "Be brief." }, _notices, default);
        }
        await stream.DisposeAsync();
        await waiting!;
        Assert.Contains("Be brief.", _emulator.Requests[^1].Body, StringComparison.Ordinal);
        Assert.Equal(["first", "hi", "waits"], c.Turns.Select(turn => turn.Message));
        Did("wait");
        _cases.Check();
    }

    private void Did(string what) => _cases.Add(what, null);

    private async Task<QwenConversation> NewAsync(QwenApi api)
    {
        var c = _client.NewConversation(api, new QwenOptions { Thinking = QwenThinking.Off });
        c.Place = new StoreBinding(_store);
        await _client.SendAsync(c, "first");
        return c;
    }

    private async Task AtReplyAsync(QwenConversation c, bool streamed, Func<QwenReply, Task> work)
    {
        var turn = new TurnRequest { Message = MessageDraft.OfText("user", "hi"), Stream = streamed };
        bool done = false;
        await foreach (var piece in _client.RunAsync(c, turn, _notices, default))
        {
            if (piece.Reply is not { } reply)
                continue;
            await work(reply).WaitAsync(TimeSpan.FromSeconds(20));
            done = true;
        }
        Assert.True(done);
    }
}
