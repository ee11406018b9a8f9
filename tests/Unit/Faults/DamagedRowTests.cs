using Microsoft.Data.Sqlite;
using QwenChat.Model;
using QwenChat.Saving;
using QwenChat.Storage.Sqlite;
using QwenChat.Store;
using QwenChat.Tests.Storage;
using QwenChat.Vectors;
using Xunit;
using Xunit.Abstractions;

namespace QwenChat.Tests.Faults;

/// <summary>Tests a store file with damaged values or pages. A damaged value affects only one conversation, and all errors are QwenExceptions.</summary>
public sealed class DamagedRowTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly FaultCases _cases = new(output);
    private static readonly string[] s_values = ["'broken'", "NULL", "x'00ff'", "-1", "99999999999", "'{\"a\":'", "'null'", "''", "'[]'"];
    private readonly string _folder = Directory.CreateTempSubdirectory("qwenchat-").FullName;

    private string Whole => Path.Combine(_folder, "whole.db");

    public static TheoryData<string, string> Columns
    {
        get
        {
            var columns = new TheoryData<string, string>();
            foreach (string column in "id name api model settings created_at updated_at tip usage version write_id".Split(' '))
                columns.Add("conversation", column);
            foreach (string column in "id strand number origin input_count state model response_id created_at usage server has_text facts".Split(' '))
                columns.Add("turn", column);
            foreach (string column in "turn position id type role status created_at expires_at json".Split(' '))
                columns.Add("item", column);
            foreach (string column in "parent fork root".Split(' '))
                columns.Add("strand", column);
            foreach (string column in "space turn vector".Split(' '))
                columns.Add("embedding", column);
            return columns;
        }
    }

    public async Task InitializeAsync()
    {
        using var store = await OpenAsync(Whole);
        foreach (string name in new[] { "a", "b", "c" })
        {
            var conversation = Said.Conversation(store, name);
            for (int i = 1; i <= 3; i++)
                conversation.Append(Said.Turn($"tea {name}{i}", number: i), 0);
            await ConversationSaving.SaveAsync(conversation, new NoticeQueue(), default);
            await store.Backend.WriteEmbeddingsAsync(new EmbeddingSpace("m", 2),
                [.. conversation.Turns.Select(turn => new TurnEmbedding(turn.Id, new float[] { 1, turn.Number }))], default);
        }
    }

    public Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    [Theory]
    [MemberData(nameof(Columns))]
    public async Task A_damaged_value_affects_only_one_conversation(string table, string column)
    {
        foreach (string value in s_values)
        {
            string path = Path.Combine(_folder, "damaged.db");
            File.Copy(Whole, path, overwrite: true);
            if (!Damage(path, table, column, value))
                continue;
            using var store = await OpenAsync(path);

            var listed = new List<ListedConversation>();
            await foreach (var one in StoreListing.ListAsync(store, null, Said.Connection, default))
                listed.Add(one);

            foreach (var one in listed.Where(one => one.Failure is not null))
                Assert.Equal(QwenErrorKind.StoreIncompatible, one.Failure!.Kind);
            Assert.True(listed.Count(one => one.Failure is not null) <= 1, $"{table}.{column} = {value}");
            var sound = listed.Select(one => one.Conversation).OfType<QwenConversation>().ToList();
            Assert.Equal(["a", "c"], sound.Select(one => one.Name).Where(name => name is "a" or "c").Order());
            foreach (var conversation in sound.Where(one => one.Name is "a" or "c"))
                Assert.Equal(Enumerable.Range(1, 3).Select(i => $"tea {conversation.Name}{i}"), conversation.Turns.Select(turn => turn.Message));
            foreach (var conversation in sound)
                Everything.Read(conversation);
            foreach (var conversation in sound.Where(one => one.Name is "a" or "c"))
            {
                conversation.Append(Said.Turn("more", number: 4), 0);
                await ConversationSaving.SaveAsync(conversation, new NoticeQueue(), default);
            }
            Assert.True((await StoreSearch.ByWordsAsync(store, "tea", new StoreSearchScope { Top = 20 }, default)).Count(hit => hit.Failure is null) >= 6,
                $"{table}.{column} = {value}");
            await store.Backend.FindNearestAsync(new EmbeddingSpace("m", 2), new float[] { 1, 1 }, new StoreSearchScope(), default);
            await store.Backend.ReadUnembeddedAsync(new EmbeddingSpace("other", 2), null, 100, default);
            _cases.Add(value, null);
        }
        _cases.Check();
    }

    [Fact]
    public async Task Damaged_pages_lose_only_their_contents()
    {
        byte[] whole = await File.ReadAllBytesAsync(Whole);
        var random = new Random(3);
        int listed = 0;
        for (int round = 0; round < 60; round++)
        {
            string path = Path.Combine(_folder, $"pages{round}.db");
            byte[] damaged = (byte[])whole.Clone();
            for (int i = 0; i < 20; i++)
                damaged[random.Next(4096, damaged.Length)] = (byte)random.Next(256);
            await File.WriteAllBytesAsync(path, damaged);
            try
            {
                using var store = await OpenAsync(path);
                await foreach (var one in StoreListing.ListAsync(store, null, Said.Connection, default))
                {
                    listed += one.Failure is null ? 1 : 0;
                    if (one.Conversation is { } conversation)
                        Everything.Read(conversation);
                    else
                        Assert.Equal(QwenErrorKind.StoreIncompatible, one.Failure!.Kind);
                }
            }
            catch (QwenException failure)
            {
                Assert.True(failure.Kind is QwenErrorKind.StoreIncompatible or QwenErrorKind.StoreUnavailable, failure.Message);
            }
            _cases.Add($"round {round}", null);
        }
        Assert.True(listed > 0);
        _cases.Check();
    }

    /// <summary>Damages the second conversation. Returns false if the database rejects the value.</summary>
    private static bool Damage(string path, string table, string column, string value)
    {
        string row = table switch
        {
            "conversation" => "name = 'b'",
            "item" => "turn = (SELECT key FROM turn WHERE number = 2 AND strand = 2) AND position = 0",
            "embedding" => "turn = (SELECT key FROM turn WHERE number = 2 AND strand = 2)",
            "strand" => "key = 2",
            _ => "number = 2 AND strand = 2",
        };
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, ForeignKeys = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this test.
        command.CommandText = $"UPDATE {table} SET {column} = {value} WHERE {row}";
#pragma warning restore CA2100
        try
        {
            return command.ExecuteNonQuery() == 1;
        }
        catch (SqliteException refused) when (refused.SqliteErrorCode == 19)
        {
            return false;
        }
    }

    private static async Task<QwenStore> OpenAsync(string path) => new("SQLite", path, await SqliteStore.OpenAsync(path, TimeProvider.System, default));
}
