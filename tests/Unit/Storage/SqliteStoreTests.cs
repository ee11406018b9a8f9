using System.Diagnostics;
using Microsoft.Data.Sqlite;
using QwenChat.Storage.Sqlite;
using QwenChat.Store;
using QwenChat.Vectors;
using Xunit;

namespace QwenChat.Tests.Storage;

public sealed class SqliteStoreTests : ConversationStoreTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qwenchat-").FullName;

    private string DatabasePath => Path.Combine(_folder, "chats.db");

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    internal override async Task<IConversationStore> OpenAsync() => await OpenAsync(DatabasePath);

    [Fact]
    public Task A_folder_is_rejected() => Refused(_folder, QwenErrorKind.StoreUnavailable, "is a folder");

    [Fact]
    public Task A_missing_folder_is_rejected() => Refused(Path.Combine(_folder, "no", "chats.db"), QwenErrorKind.StoreUnavailable, "does not exist");

    [Fact]
    public async Task A_file_that_is_not_a_database_is_rejected_unchanged()
    {
        string path = Path.Combine(_folder, "notes.txt");
        await File.WriteAllTextAsync(path, new string('x', 5000));
        await Refused(path, QwenErrorKind.StoreIncompatible, "is not a database");
        Assert.Equal(new string('x', 5000), await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task Another_programs_database_is_rejected_unchanged()
    {
        string path = Path.Combine(_folder, "other.db");
        Execute(path, "CREATE TABLE conversation (id TEXT)");
        byte[] before = await File.ReadAllBytesAsync(path);
        await Refused(path, QwenErrorKind.StoreIncompatible, "of another program");
        Assert.Equal(before, await File.ReadAllBytesAsync(path));
    }

    [Fact]
    public async Task A_newer_schema_is_rejected()
    {
        await Store.DisposeAsync();
        Execute(DatabasePath, $"PRAGMA user_version = {SqliteSchema.Current + 1}");
        await Refused(DatabasePath, QwenErrorKind.StoreIncompatible, "newer version of QwenChat");
    }

    [NotAsRootFact]
    public async Task A_read_only_file_is_rejected()
    {
        await Store.DisposeAsync();
        File.SetAttributes(DatabasePath, FileAttributes.ReadOnly);
        await Refused(DatabasePath, QwenErrorKind.StoreUnavailable, "read-only");
        File.SetAttributes(DatabasePath, FileAttributes.Normal);
    }

    [NotAsRootFact]
    public async Task A_read_only_folder_is_rejected()
    {
        if (OperatingSystem.IsWindows())
            return; // On Windows, the read-only attribute of a folder does not prevent new files.
        string folder = Directory.CreateDirectory(Path.Combine(_folder, "locked")).FullName;
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await Refused(Path.Combine(folder, "chats.db"), QwenErrorKind.StoreUnavailable, "can write");
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task An_empty_file_becomes_a_store()
    {
        string path = Path.Combine(_folder, "empty.db");
        await File.WriteAllBytesAsync(path, []);
        await using var store = await OpenAsync(path);
        Assert.Empty(await store.ListAsync(null, default));
    }

    [Fact]
    public async Task An_older_schema_is_upgraded()
    {
        string path = Path.Combine(_folder, "old.db");
        var first = Said.Turn("Where is Kyoto?", "In Japan.");
        await using (var old = await SqliteStore.OpenAsync(path, TimeProvider.System, schema: 1, default))
        {
            Assert.Equal(1L, Scalar(path, "PRAGMA user_version"));
            WriteAsOfSchema1(path, first);
        }

        await using var store = await OpenAsync(path);

        Assert.Equal((long)SqliteSchema.Current, Scalar(path, "PRAGMA user_version"));
        Assert.Equal(["Where is Kyoto?"], await store.MessagesAsync("a"));
        Assert.Single(await store.FindWordsAsync("japan", new StoreSearchScope(), default));
        Assert.Single(await store.ReadUnembeddedAsync(new EmbeddingSpace("any", 3), null, 10, default));
        Assert.Equal(WriteOutcome.Written, (await store.SayAsync("a", first, Said.Turn("And Nara?"))).Outcome);
    }

    [Fact]
    public async Task Concurrent_opens_create_a_new_file_once()
    {
        string path = Path.Combine(_folder, "new.db");
        var stores = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => OpenAsync(path))));
        foreach (var store in stores)
            await store.DisposeAsync();
        Assert.Equal((long)SqliteSchema.Current, Scalar(path, "PRAGMA user_version"));
    }

    [Fact]
    public async Task A_wait_for_another_process_can_be_stopped()
    {
        using var other = new SqliteConnection($"Data Source={DatabasePath};Pooling=False");
        other.Open();
        Execute(other, "BEGIN IMMEDIATE");
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        var watch = Stopwatch.StartNew();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.WriteAsync(new ConversationWrite { Header = Said.Header("a") }, stop.Token));
        // If the driver itself waited, the stop would take at least a second.
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Execute(other, "ROLLBACK");
        await Store.WriteAsync(new ConversationWrite { Header = Said.Header("a") }, default);
    }

    [Fact]
    public async Task Reading_does_not_wait_for_writers()
    {
        await Store.SayAsync("a", null, Said.Turn("1"));
        using var other = new SqliteConnection($"Data Source={DatabasePath};Pooling=False");
        other.Open();
        Execute(other, "BEGIN IMMEDIATE; UPDATE conversation SET name = 'x'");
        Assert.Equal(["1"], await Store.MessagesAsync("a"));
    }

    [Fact]
    public async Task Closing_releases_the_file()
    {
        await Store.SayAsync("a", null, Said.Turn("1"));
        await Store.DisposeAsync();
        Assert.Equal(["chats.db"], Directory.GetFiles(_folder).Select(Path.GetFileName));
    }

    private static async Task<IConversationStore> OpenAsync(string path) => await SqliteStore.OpenAsync(path, TimeProvider.System, default);

    private static async Task Refused(string path, QwenErrorKind kind, string because)
    {
        var failure = await Assert.ThrowsAsync<QwenException>(() => OpenAsync(path));
        Assert.Equal(kind, failure.Kind);
        Assert.Contains(because, failure.Message, StringComparison.Ordinal);
        Assert.Contains(Path.GetDirectoryName(path)!, failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Writes a conversation in the first schema version.</summary>
    private static void WriteAsOfSchema1(string path, QwenTurn turn)
    {
        Execute(path, $"""
            INSERT INTO conversation (id, api, settings, created_at, updated_at)
                VALUES ('a', 'Responses', '{"{}"}', '2026-11-01 12:00:00+00:00', '2026-11-01 12:00:00+00:00');
            INSERT INTO strand (parent) VALUES (NULL);
            INSERT INTO turn (id, strand, number, origin, input_count, state, created_at)
            VALUES ('{turn.Id.ToString().ToUpperInvariant()}', 1, 1, 1, 1, 'Completed', '2026-11-01 12:00:00+00:00');
            INSERT INTO item (turn, position, type, role, json) VALUES
                (1, 0, 'message', 'user', CAST('{"{"}"role":"user","content":"Where is Kyoto?"{"}"}' AS BLOB)),
                (1, 1, 'message', 'assistant', CAST('{"{"}"role":"assistant","content":"In Japan."{"}"}' AS BLOB));
            UPDATE conversation SET tip = 1;
            """);
    }

    private static void Execute(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        Execute(connection, sql);
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static object? Scalar(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}

/// <summary>A fact that requires read-only files. For root, the fact is skipped, because no file is read-only.</summary>
internal sealed class NotAsRootFactAttribute : FactAttribute
{
    public NotAsRootFactAttribute()
    {
        if (Environment.IsPrivilegedProcess)
            Skip = "The tests run as root, for whom no file is read-only.";
    }
}
