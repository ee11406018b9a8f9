using Npgsql;
using QwenChat.Storage.Postgres;
using Xunit;

namespace QwenChat.Tests.Storage;

/// <summary>The same over a real server, where the environment names one; each test in a schema of its own.</summary>
public sealed class PostgresStoreTests : ConversationStoreTests
{
    private readonly string _schema = "test_" + Guid.NewGuid().ToString("N");

    private string Address => new NpgsqlConnectionStringBuilder(StoreFactAttribute.Postgres) { SearchPath = _schema + ",public" }.ToString();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await ExecuteAsync($"DROP SCHEMA IF EXISTS {_schema} CASCADE");
    }

    internal override async Task<IConversationStore> OpenAsync()
    {
        await ExecuteAsync($"CREATE SCHEMA IF NOT EXISTS {_schema}");
        return await PostgresStore.OpenAsync(Address, TimeProvider.System, default);
    }

    [StoreFact]
    public async Task A_newer_schema_is_refused()
    {
        await ExecuteAsync($"UPDATE {_schema}.store SET schema = {PostgresSchema.Current + 1}");
        await Refused(Address, QwenErrorKind.StoreIncompatible, "newer version of QwenChat");
    }

    [StoreFact]
    public async Task A_server_that_is_not_there_is_said_to_be_unreachable()
    {
        var address = new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = 1, Username = "me", Password = "s3cret", Database = "chats" };
        await Refused(address.ToString(), QwenErrorKind.StoreUnavailable, "me@127.0.0.1:1/chats cannot be reached");
    }

    [StoreFact]
    public async Task A_database_that_is_not_there_is_named()
    {
        var address = new NpgsqlConnectionStringBuilder(StoreFactAttribute.Postgres) { Database = "no_such_database" };
        // A server that holds a single database, such as PGlite, takes any name for it.
        if (await Record.ExceptionAsync(() => ExecuteAsync("SELECT 1", address.ToString())) is null)
            return;
        await Refused(address.ToString(), QwenErrorKind.StoreUnavailable, "no_such_database");
    }

    [StoreFact]
    public async Task Tables_of_another_program_are_left_alone()
    {
        await Store.DisposeAsync();
        await ExecuteAsync($"DROP SCHEMA {_schema} CASCADE; CREATE SCHEMA {_schema}; CREATE TABLE {_schema}.conversation (id text)");
        await Refused(Address, QwenErrorKind.StoreIncompatible, "not QwenChat's");
        await ExecuteAsync($"SELECT id FROM {_schema}.conversation");
    }

    [StoreFact]
    public async Task A_long_search_goes_through_the_index()
    {
        var space = new EmbeddingSpace("any", 8);
        var random = new Random(3);
        var turns = Enumerable.Range(1, 300).Select(i => Said.Turn($"{i}")).ToArray();
        await Store.SayAsync("a", null, turns);
        var vectors = turns.Select(_ => Enumerable.Range(0, 8).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray()).ToArray();
        await Store.WriteEmbeddingsAsync(space, [.. turns.Zip(vectors, (turn, vector) => new TurnEmbedding(turn.Id, vector))], default);

        for (int i = 0; i < 10; i++)
        {
            var hits = await Store.FindNearestAsync(space, vectors[i], new StoreSearchScope { Top = 5 }, default);
            Assert.Equal((turns[i].Id, 5), (hits[0].TurnId, hits.Count));
            Assert.Equal(1, hits[0].Score, 1e-5);
        }
    }

    private static async Task Refused(string address, QwenErrorKind kind, string because)
    {
        var failure = await Assert.ThrowsAsync<QwenException>(() => PostgresStore.OpenAsync(address, TimeProvider.System, default));
        Assert.Equal(kind, failure.Kind);
        Assert.Contains(because, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", failure.ToString(), StringComparison.Ordinal);
    }

    private static async Task ExecuteAsync(string sql, string? address = null)
    {
        await using var connection = new NpgsqlConnection(address ?? StoreFactAttribute.Postgres);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
