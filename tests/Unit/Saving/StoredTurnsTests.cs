using QwenChat.Model;
using QwenChat.Saving;
using QwenChat.Storage.Sqlite;
using QwenChat.Tests.Storage;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.Saving;

/// <summary>Tests conversations in a store, end to end with the emulator.</summary>
public sealed partial class StoredTurnsTests : IAsyncLifetime
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
    public async Task A_conversation_continues_where_it_ended(QwenApi api)
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
    public async Task A_stopped_turn_is_also_stored(QwenApi api)
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
    public async Task A_streamed_turn_is_stored_before_its_last_chunk()
    {
        var conversation = New(QwenApi.ChatCompletions);
        await foreach (var delta in _client.StreamAsync(conversation, "One"))
        {
            if (delta.Kind == QwenReplyDeltaKind.Done)
                Assert.Equal(1, (await ListAsync()).Single().TurnCount);
        }
    }

    [Fact]
    public async Task If_the_store_is_unavailable_the_reply_is_kept_and_the_turn_is_saved_with_the_next_turn()
    {
        var conversation = New(QwenApi.Responses, "trip");
        await SendAsync(conversation, "One");
        _backend.Trouble = FailingStore.Away;

        Assert.Equal("2: Two", (await SendAsync(conversation, "Two")).Text);

        Assert.True(conversation.Place!.IsBehind);
        Assert.Contains("1 turn of trip is not in the store yet", Assert.Single(Warnings()), StringComparison.Ordinal);
        await SendAsync(conversation, "Three");
        Assert.Contains("2 turns of trip", Assert.Single(Warnings()), StringComparison.Ordinal);
        Assert.Equal(1, (await StoreListing.SummarizeAsync(_store, null, default))[0].TurnCount);

        _backend.Trouble = null;
        await SendAsync(conversation, "Four");

        Assert.False(conversation.Place!.IsBehind);
        Assert.Contains("are now in the store", Assert.Single(Warnings()), StringComparison.Ordinal);
        Assert.Equal(["One", "Two", "Three", "Four"], (await ListAsync())[0].Turns.Select(turn => turn.Message));
    }

    [Fact]
    public async Task A_hanging_store_delays_a_stop_only_briefly()
    {
        var conversation = New(QwenApi.ChatCompletions);
        _backend.Trouble = FailingStore.Hang;
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        conversation.Append(Said.Turn("1"), 0);

        Assert.False(await ConversationSaving.TrySaveAsync(conversation, _notices, stop.Token).WaitAsync(TimeSpan.FromSeconds(30)));

        Assert.Contains("1 turn ", Assert.Single(Warnings()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_does_not_prevent_storing_a_turn()
    {
        var conversation = New(QwenApi.ChatCompletions);
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        conversation.Append(Said.Turn("1"), 0);

        Assert.True(await ConversationSaving.TrySaveAsync(conversation, _notices, stop.Token));

        Assert.Equal(1, (await ListAsync())[0].TurnCount);
    }

    [Fact]
    public async Task Unreadable_turns_are_an_error_and_can_be_read_later()
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
}
