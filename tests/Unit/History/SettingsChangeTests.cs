using QwenChat.History;
using QwenChat.Model;
using QwenChat.Storage.Sqlite;
using QwenChat.Store;
using QwenChat.Tests.Model;
using QwenChat.Tests.Storage;
using QwenChat.Tools;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.History;

/// <summary>Tests that a change to the settings is applied completely or not at all: in the object, in its store, and on the service.</summary>
public sealed class SettingsChangeTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qwenchat-").FullName;
    private readonly QwenEmulator _emulator = QwenEmulator.Start(new QwenEmulatorOptions());
    private readonly NoticeQueue _notices = new();
    private QwenClient _client = null!;
    private QwenStore _store = null!;

    public static TheoryData<QwenApi, string> Failures
    {
        get
        {
            var failures = new TheoryData<QwenApi, string>();
            foreach (var api in Enum.GetValues<QwenApi>())
            {
                failures.Add(api, "a store that is closed");
                failures.Add(api, "a store that fails");
                failures.Add(api, "a stop while the store hangs");
                failures.Add(api, "invalid settings");
            }
            failures.Add(QwenApi.Conversations, "metadata that the service rejects");
            failures.Add(QwenApi.Conversations, "a stop while the service changes the metadata");
            failures.Add(QwenApi.Conversations, "invalid metadata");
            return failures;
        }
    }

    public async Task InitializeAsync()
    {
        _client = new QwenClient(QwenConnection.To(_emulator.BaseUri, _emulator.ApiKey) with { MaximumRetryCount = 0 });
        _store = await OpenAsync("chats.db");
    }

    public Task DisposeAsync()
    {
        _store.Dispose();
        _emulator.Dispose();
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_failed_change_changes_nothing(QwenApi api, string failure)
    {
        var c = await NewAsync(api);
        var before = Facts(c);
        string stored = (await _store.Backend.FindAsync(c.Place!.Id!, default))!.ToString();
        var backend =
            new FailingStore(_store.Backend) { Trouble = failure.Contains("hangs", StringComparison.Ordinal) ? FailingStore.Hang : FailingStore.Away };
        var other = new QwenStore("SQLite", "other", backend);
        var closed = await OpenAsync("closed.db");
        closed.Dispose();
        using var stop = new CancellationTokenSource();
        var stopping = Task.CompletedTask;
        if (failure.Contains("service changes", StringComparison.Ordinal))
        {
            // The service has processed the request, but its answer does not arrive.
            _emulator.AddFault(new QwenEmulatorFault { Method = "POST", AfterProcessing = true, NeverAnswer = true });
            stopping = StopWhenChangedAsync(c, stop);
        }
        else if (failure.Contains("stop", StringComparison.Ordinal))
        {
            stop.CancelAfter(50);
        }
        if (failure.Contains("rejects", StringComparison.Ordinal))
            _emulator.AddFault(new QwenEmulatorFault { Status = 400 });
        var change = new SettingsChange
        {
            Apply = changed =>
            {
                changed.Change(settings => SettingsSample.Full() with { Stateless = settings.Stateless });
                (changed.Connection, changed.Defaults) = (changed.Connection with { MaximumRetryCount = 1 }, null);
                ConversationChange.SetContextPolicy(changed, null);
                if (failure.Contains("settings", StringComparison.Ordinal))
                    throw new QwenException(QwenErrorKind.InvalidRequest, "No.");
            },
            Metadata = new Dictionary<string, string> { ["a"] = failure.Contains("invalid", StringComparison.Ordinal) && api == QwenApi.Conversations
                ? new string('x', 600) : "new" },
            Store = failure.Contains("closed", StringComparison.Ordinal) ? closed : failure.Contains("store", StringComparison.Ordinal) ? other : _store,
        };

        await Assert.ThrowsAnyAsync<Exception>(() => change.CarryOutAsync(c, _notices, stop.Token));
        await stopping;

        Assert.Equal(before, Facts(c));
        Assert.Equal(stored, (await _store.Backend.FindAsync(c.Place!.Id!, default))!.ToString());
        if (api == QwenApi.Conversations)
            Assert.Equal("old", (await new QwenClient(c.Connection).AttachToConversationAsync(c.Id, new QwenOptions(), _notices, default)).Metadata["a"]);
        // The finalizer of this object would close the store, which the test still uses.
        GC.KeepAlive(other);
    }

    [Theory]
    [InlineData(QwenApi.ChatCompletions)]
    [InlineData(QwenApi.Conversations)]
    public async Task A_successful_change_is_applied_everywhere(QwenApi api)
    {
        var c = await NewAsync(api);
        using var other = await OpenAsync("other.db");
        await new SettingsChange
        {
            Apply = changed => (changed.Name, changed.CostLimit) = ("new", 5),
            Metadata = new Dictionary<string, string> { ["a"] = "new" },
            Store = other,
        }.CarryOutAsync(c, _notices, default);

        Assert.Equal(("new", 5m, "new", other), (c.Name, c.CostLimit, c.Metadata["a"], c.Store));
        var loaded = Assert.Single(await other.LoadAllAsync(c.Connection));
        Assert.Equal(("new", 5m, "new", 1), (loaded.Name, loaded.CostLimit, loaded.Metadata["a"], loaded.TurnCount));
        Assert.Equal("old", Assert.Single(await _store.LoadAllAsync(c.Connection)).Metadata["a"]);
        if (api == QwenApi.Conversations)
            Assert.Equal("new", (await _client.AttachToConversationAsync(c.Id, new QwenOptions(), _notices, default)).Metadata["a"]);
    }

    private async Task<QwenConversation> NewAsync(QwenApi api)
    {
        var c = _client.NewConversation(api, new QwenOptions { Thinking = QwenThinking.Off, Instructions = "Old." });
        c.Place = new StoreBinding(_store);
        (c.Name, c.CostLimit, c.TokenLimit, c.Metadata) = ("old", 1, 10_000, new Dictionary<string, string> { ["a"] = "old" });
        await _client.SendAsync(c, "hello");
        c.Defaults = new SessionDefaults(FromEnvironment: true, Api: false, Model: true);
        c.Change(settings => settings with { Tools = new ToolOptions { Choice = "None" } });
        return c;
    }

    /// <summary>Waits until the service has the new metadata, and then cancels the change.</summary>
    private async Task StopWhenChangedAsync(QwenConversation c, CancellationTokenSource stop)
    {
        while ((await _client.AttachToConversationAsync(c.Id, new QwenOptions(), new NoticeQueue(), default)).Metadata["a"] != "new")
            await Task.Yield();
        await stop.CancelAsync();
    }

    private static object Facts(QwenConversation c) =>
        (c.Name, c.CostLimit, c.TokenLimit, c.Options, c.Metadata["a"], c.ContextPolicy, c.ToolOptions, c.Store, c.Id, c.TurnCount, c.Connection,
        c.Defaults, c.Place?.Tip, c.Place?.IsBehind);

    private async Task<QwenStore> OpenAsync(string name) =>
        new("SQLite", name, await SqliteStore.OpenAsync(Path.Combine(_folder, name), TimeProvider.System, default));
}
