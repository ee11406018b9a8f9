using Microsoft.Data.Sqlite;
using QwenChat.Model;
using QwenChat.Saving;
using QwenChat.Storage.Sqlite;
using QwenChat.Tests.Storage;
using Xunit;
using Xunit.Abstractions;

namespace QwenChat.Tests.Faults;

/// <summary>Tests reading and writing an open store after its file is copied, moved, replaced or overwritten.</summary>
public sealed class StoreFileTests(ITestOutputHelper output) : IDisposable
{
    private readonly FaultCases _cases = new(output);
    private readonly string _folder = Directory.CreateTempSubdirectory("qwenchat-").FullName;
    private readonly FakeTime _time = new();
    private readonly NoticeQueue _notices = new();
    private readonly List<QwenStore> _stores = [];

    private string Database => Path.Combine(_folder, "chats.db");

    public void Dispose()
    {
        _stores.ForEach(store => store.Dispose());
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    public static TheoryData<string> Troubles =>
        new("deleted", "deleted with its log", "renamed", "replaced by another store", "replaced by a copy", "overwritten by another store",
        "overwritten by an older copy", "overwritten by an older copy with its log",
        "overwritten by text", "truncated", "emptied", "its folder removed");

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task A_store_whose_file_has_changed_is_not_written(string trouble)
    {
        if (OperatingSystem.IsWindows())
            return; // On Windows, an open file can be neither removed nor renamed.
        foreach (bool idle in new[] { false, true })
        {
            Directory.CreateDirectory(_folder);
            foreach (string old in Directory.GetFiles(_folder))
                File.Delete(old);
            await SayAsync(Path.Combine(_folder, "other.db"), "other", 2);
            var store = await OpenAsync(Database);
            var conversation = await SayAsync(store, "trip", 1);
            await CheckpointAsync();
            foreach (string end in new[] { "", "-wal", "-shm" })
                File.Copy(Database + end, Path.Combine(_folder, "backup.db" + end));
            conversation.Append(Said.Turn("2", number: 2), 0);
            await ConversationSaving.SaveAsync(conversation, _notices, default);
            if (idle)
                await CheckpointAsync();

            Make(trouble);
            byte[]? there = File.Exists(Database) ? await File.ReadAllBytesAsync(Database) : null;
            conversation.Append(Said.Turn("3", number: 3), 0);
            var failure = await Assert.ThrowsAsync<QwenException>(() => ConversationSaving.SaveAsync(conversation, _notices, default));

            Assert.Equal(QwenErrorKind.StoreUnavailable, failure.Kind);
            Assert.Contains("while it was open", failure.Message, StringComparison.Ordinal);
            Assert.Contains("Set-QwenConversation -Store", failure.Message, StringComparison.Ordinal);
            Assert.False(await ConversationSaving.TrySaveAsync(conversation, _notices, default));
            Assert.Equal(QwenErrorKind.StoreUnavailable, (await Assert.ThrowsAsync<QwenException>(() => store.LoadAllAsync(Said.Connection))).Kind);
            Assert.Equal(3, conversation.TurnCount);
            store.Dispose();
            Assert.Equal(there, File.Exists(Database) ? await File.ReadAllBytesAsync(Database) : null);
            _cases.Add(idle ? "idle" : "busy", null);

            // Follows the advice in the error message, which is to set a store: if a store can be opened at the same path, it must receive all turns.
            if (trouble is "its folder removed")
                continue;
            if (trouble is "overwritten by text" or "truncated")
            {
                Assert.Equal(QwenErrorKind.StoreIncompatible,
                    (await Assert.ThrowsAsync<QwenException>(async () => await (await OpenAsync(Database)).LoadAllAsync(Said.Connection))).Kind);
                continue;
            }
            var again = await OpenAsync(Database);
            var found = (await again.LoadAllAsync(Said.Connection)).Select(one => (one.Name, one.TurnCount)).ToArray();
            Assert.Equal(trouble switch
            {
                "replaced by another store" or "overwritten by another store" => [("other", 2)],
                "replaced by a copy" or "overwritten by an older copy" or "overwritten by an older copy with its log" => [("trip", 1)],
                _ => [],
            }, found);
            await ConversationSaving.ChangeAsync(conversation, _ => { }, again, _notices, default);
            Assert.Contains(("trip", 3), (await again.LoadAllAsync(Said.Connection)).Select(one => (one.Name, one.TurnCount)));
            again.Dispose();
        }
        _cases.Check();
    }

    [Fact]
    public async Task A_replacement_file_is_opened_unchanged()
    {
        if (OperatingSystem.IsWindows())
            return;
        await SayAsync(Path.Combine(_folder, "other.db"), "other", 2);
        var store = await OpenAsync(Database);
        await SayAsync(store, "trip", 5);
        File.Move(Path.Combine(_folder, "other.db"), Database, overwrite: true);

        var second = await OpenAsync(Database);

        Assert.Equal([("other", 2)], (await second.LoadAllAsync(Said.Connection)).Select(one => (one.Name, one.TurnCount)));
        await SayAsync(second, "new", 1);
        await Assert.ThrowsAsync<QwenException>(() => SayAsync(store, "trip", 1));
        second.Dispose();
        store.Dispose();
        Assert.Equal(["new", "other"], (await (await OpenAsync(Database)).LoadAllAsync(Said.Connection)).Select(one => one.Name).Order());
    }

    [Fact]
    public async Task Closing_does_not_write_a_restored_backup()
    {
        if (OperatingSystem.IsWindows())
            return;
        var store = await OpenAsync(Database);
        await SayAsync(store, "trip", 1);
        await CheckpointAsync();
        File.Copy(Database, Path.Combine(_folder, "backup.db"));
        await SayAsync(store, "later", 1);
        File.Copy(Path.Combine(_folder, "backup.db"), Database, overwrite: true);
        byte[] there = await File.ReadAllBytesAsync(Database);
        store.Dispose();
        Assert.Equal(there, await File.ReadAllBytesAsync(Database));
        Assert.Equal([("trip", 1)], (await (await OpenAsync(Database)).LoadAllAsync(Said.Connection)).Select(one => (one.Name, one.TurnCount)));
        Assert.Single(Directory.GetFiles(_folder, "*.lost"));
    }

    [Fact]
    public async Task After_a_short_pause_the_main_file_has_all_turns()
    {
        var store = await OpenAsync(Database);
        await SayAsync(store, "trip", 3);
        Assert.True(new FileInfo(Database + "-wal").Length > 0);

        await CheckpointAsync();

        Assert.Equal(0, new FileInfo(Database + "-wal").Length);
        Assert.Equal([("trip", 3)], await CopiedAsync());
        await SayAsync(store, "more", 1);
        await CheckpointAsync();
        Assert.Equal([("more", 1), ("trip", 3)], (await CopiedAsync()).Order());
    }

    [Fact]
    public async Task A_closed_store_leaves_one_file()
    {
        var store = await OpenAsync(Database);
        await SayAsync(store, "trip", 3);
        store.Dispose();
        Assert.Equal([Database], Directory.GetFiles(_folder));
        Assert.Equal([("trip", 3)], await CopiedAsync());
    }

    [Fact]
    public async Task Several_stores_can_write_to_the_same_file()
    {
        var stores = new List<QwenStore>();
        for (int i = 0; i < 4; i++)
            stores.Add(await OpenAsync(Database));
        await Task.WhenAll(stores.Select((store, i) => Task.Run(async () =>
        {
            for (int turn = 0; turn < 25; turn++)
            {
                await SayAsync(store, $"{i}.{turn}", 2);
                if (turn % 5 == i)
                    _time.Advance(SqliteStore.IdleTime);
            }
        })));
        foreach (var store in stores)
            Assert.Equal(100, (await store.LoadAllAsync(Said.Connection)).Count);
    }

    [Fact]
    public async Task Another_SQLite_program_can_also_write()
    {
        var store = await OpenAsync(Database);
        await SayAsync(store, "trip", 1);
        await CheckpointAsync();
        Execute("UPDATE conversation SET name = 'theirs'; PRAGMA wal_checkpoint(TRUNCATE)");
        Assert.Equal("theirs", Assert.Single(await store.LoadAllAsync(Said.Connection)).Name);
        Execute("UPDATE conversation SET name = 'again'");
        await SayAsync(store, "trip", 1);
        Assert.Equal(2, (await store.LoadAllAsync(Said.Connection)).Count);
    }

    private void Make(string trouble)
    {
        string other = Path.Combine(_folder, "other.db"), backup = Path.Combine(_folder, "backup.db");
        switch (trouble)
        {
            case "deleted":
                File.Delete(Database);
                break;
            case "deleted with its log":
                foreach (string file in Directory.GetFiles(_folder, "chats.db*"))
                    File.Delete(file);
                break;
            case "renamed":
                File.Move(Database, Path.Combine(_folder, "renamed.db"));
                break;
            case "replaced by another store":
                File.Move(other, Database, overwrite: true);
                break;
            case "replaced by a copy":
                File.Delete(Database);
                File.Copy(backup, Database);
                break;
            case "overwritten by another store":
                Overwrite(File.ReadAllBytes(other));
                break;
            case "overwritten by an older copy":
                Overwrite(File.ReadAllBytes(backup));
                break;
            case "overwritten by an older copy with its log":
                foreach (string end in new[] { "", "-wal", "-shm" })
                    Overwrite(File.ReadAllBytes(backup + end), Database + end);
                break;
            case "overwritten by text":
                Overwrite(new byte[5000]);
                break;
            case "truncated":
                Overwrite(File.ReadAllBytes(Database)[..6000]);
                break;
            case "emptied":
                Overwrite([]);
                break;
            default:
                Directory.Delete(_folder, recursive: true);
                break;
        }
    }

    // Overwrites the file in place, like cp and Copy-Item. The file keeps its inode.
    private void Overwrite(byte[] bytes, string? path = null)
    {
        using var start = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("sh", ["-c", $"cat > '{path ?? Database}'"]) { RedirectStandardInput = true })!;
        start.StandardInput.BaseStream.Write(bytes);
        start.StandardInput.Close();
        start.WaitForExit();
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Database, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this test.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private async Task CheckpointAsync()
    {
        _time.Advance(SqliteStore.IdleTime);
        // The timer starts a checkpoint on the thread pool. A call to the store waits until the checkpoint is complete.
        foreach (var store in _stores.Where(store => store.IsOpen))
            await store.Backend.FindAsync("none", default);
    }

    private async Task<(string?, int)[]> CopiedAsync()
    {
        string copy = Path.Combine(_folder, $"copy{Guid.NewGuid():N}.db");
        File.Copy(Database, copy);
        var store = await OpenAsync(copy);
        var found = (await store.LoadAllAsync(Said.Connection)).Select(one => (one.Name, one.TurnCount)).ToArray();
        store.Dispose();
        File.Delete(copy);
        return found;
    }

    private async Task SayAsync(string path, string name, int turns)
    {
        using var store = await OpenAsync(path);
        await SayAsync(store, name, turns);
    }

    private async Task<QwenConversation> SayAsync(QwenStore store, string name, int turns)
    {
        var conversation = Said.Conversation(store, name);
        for (int i = 1; i <= turns; i++)
            conversation.Append(Said.Turn($"{i}", new string('x', 5000), i), 0);
        await ConversationSaving.SaveAsync(conversation, _notices, default);
        return conversation;
    }

    private async Task<QwenStore> OpenAsync(string path)
    {
        var store = new QwenStore("SQLite", path, await SqliteStore.OpenAsync(path, _time, default));
        _stores.Add(store);
        return store;
    }
}
