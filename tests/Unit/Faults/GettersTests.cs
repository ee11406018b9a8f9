using QwenChat.Saving;
using QwenChat.Storage.Sqlite;
using QwenChat.Store;
using QwenChat.Tests.Storage;
using QwenChat.Turn;
using Xunit;
using Xunit.Abstractions;

namespace QwenChat.Tests.Faults;

/// <summary>Tests that no property does I/O: all properties of a conversation can be read after its store is closed.</summary>
public sealed class GettersTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly FaultCases _cases = new(output);
    private readonly string _folder = Directory.CreateTempSubdirectory("qwenchat-").FullName;
    private readonly QwenEmulator _emulator = QwenEmulator.Start(new QwenEmulatorOptions());
    private QwenClient _client = null!;
    private FailingStore _backend = null!;
    private QwenStore _store = null!;

    public static TheoryData<QwenApi> Apis => new(Enum.GetValues<QwenApi>());

    public async Task InitializeAsync()
    {
        _client = new QwenClient(QwenConnection.To(_emulator.BaseUri, _emulator.ApiKey));
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
    public async Task Getters_return_the_same_values_after_the_store_is_closed(QwenApi api)
    {
        var conversation = _client.NewConversation(api, new QwenOptions { Thinking = QwenThinking.Off });
        conversation.Place = new StoreBinding(_store);
        conversation.Name = "trip";
        for (int i = 1; i <= 3; i++)
            await _client.SendAsync(conversation, $"message {i}");
        var loaded = Assert.Single(await _store.LoadAllAsync(conversation.Connection));
        var before = Facts(loaded);
        _store.Dispose();
        File.Delete(Path.Combine(_folder, "chats.db"));

        Assert.Equal(before, Facts(loaded));
        Assert.Equal(3, loaded.Turns.Count);
        int read = Everything.Read(loaded);
        Assert.True(read > 100);
        for (int i = 0; i < read; i++)
            _cases.Add("property", null);
        _cases.Check();
        Assert.Equal(["message 1", "message 2", "message 3"], loaded.Turns.Select(turn => turn.Message));
    }

    [Fact]
    public async Task Getters_do_not_use_the_store()
    {
        var conversation = _client.NewConversation(QwenApi.Responses, new QwenOptions { Thinking = QwenThinking.Off });
        conversation.Place = new StoreBinding(_store);
        var reply = await _client.SendAsync(conversation, "message");
        var entry = Assert.Single(await StoreListing.SummarizeAsync(_store, null, default));
        var hit = Assert.Single(await StoreSearch.ByWordsAsync(_store, "message", new StoreSearchScope(), default));
        var plan = await _client.PlanAsync(conversation, "look");
        var loaded = Assert.Single(await _store.LoadAllAsync(conversation.Connection));
        int calls = _backend.Calls;
        Assert.True(calls > 0);
        foreach (object one in new object[] { conversation, loaded, reply, reply.Turn, conversation.Items.First(), _store,
            new QwenConversationSummary(_store, entry), new QwenSearchHit(_store, hit), plan })
            _cases.Add(one.GetType().Name, Everything.Read(one) > 0 && calls == _backend.Calls ? null : "a property used the store, or no property exists");
        _cases.Check();
    }

    private static object Facts(QwenConversation c) =>
        (c.Id, c.Name, c.Api, c.TurnCount, c.Usage, c.LastResponseId, c.ExpiresAt, c.CreatedAt,
        string.Join('|', c.Turns.Select(turn => $"{turn.Id} {turn.Message} {turn.Text} {turn.Usage}")), string.Join('|', c.Items.Select(item => item.Id)));
}
