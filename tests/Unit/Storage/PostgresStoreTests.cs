using Npgsql;
using QwenChat.Storage.Postgres;
using QwenChat.Store;
using QwenChat.Turn;
using QwenChat.Vectors;
using Xunit;

namespace QwenChat.Tests.Storage;

/// <summary>Runs the store tests on the PostgreSQL server that an environment variable specifies. Each test has its own schema.</summary>
public abstract class PostgresStoreTests(string variable) : ConversationStoreTests
{
    private readonly string _server = StoreServerAttribute.Address(variable) ?? "";
    private readonly string _schema = "test_" + Guid.NewGuid().ToString("N");

    private string Address => new NpgsqlConnectionStringBuilder(_server) { SearchPath = _schema + ",public" }.ToString();

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
    public async Task A_newer_schema_is_rejected()
    {
        await ExecuteAsync($"UPDATE {_schema}.store SET schema = {PostgresSchema.Current + 1}");
        await Refused(Address, QwenErrorKind.StoreIncompatible, "newer version of QwenChat");
    }

    [StoreFact]
    public async Task A_missing_server_is_reported_as_unreachable()
    {
        var address = new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = 1, Username = "me", Password = "s3cret", Database = "chats" };
        await Refused(address.ToString(), QwenErrorKind.StoreUnavailable, "me@127.0.0.1:1/chats cannot be reached");
    }

    [StoreFact(NeedsServer = true)]
    public async Task The_error_of_a_missing_database_contains_its_name()
    {
        var address = new NpgsqlConnectionStringBuilder(_server) { Database = "no_such_database" };
        await Refused(address.ToString(), QwenErrorKind.StoreUnavailable, "no_such_database");
    }

    // On machines without a server, PostgresTroubleTests covers a wrong password with a fake server.
    [StoreFact(NeedsServer = true)]
    public async Task A_wrong_password_is_rejected()
    {
        var address = new NpgsqlConnectionStringBuilder(_server) { Password = "s3cret" };
        await Refused(address.ToString(), QwenErrorKind.StoreUnavailable, "Check Username and Password");
    }

    [StoreFact]
    public async Task An_older_schema_is_upgraded()
    {
        await Store.DisposeAsync();
        await ExecuteAsync($"DROP SCHEMA {_schema} CASCADE; CREATE SCHEMA {_schema}");
        var first = Said.Turn("Where is Kyoto?", "In Japan.");
        await using (var old = await PostgresStore.OpenAsync(Address, TimeProvider.System, version: 1, default))
            await ExecuteAsync(AsOfSchema1(first));
        Assert.Equal(1L, await ScalarAsync($"SELECT schema FROM {_schema}.store"));

        var store = await OpenAgainAsync();

        Assert.Equal((long)PostgresSchema.Current, await ScalarAsync($"SELECT schema FROM {_schema}.store"));
        Assert.Equal(["Where is Kyoto?"], await store.MessagesAsync("a"));
        Assert.Single(await store.FindWordsAsync("japan", new StoreSearchScope(), default));
        if (variable == StoreServerAttribute.Pgvector)
            Assert.Single(await store.ReadUnembeddedAsync(new EmbeddingSpace("any", 3), null, 10, default));
        Assert.Equal(WriteOutcome.Written, (await store.SayAsync("a", first, Said.Turn("And Nara?"))).Outcome);
    }

    [StoreFact]
    public async Task Concurrent_opens_create_a_new_store_once()
    {
        await Store.DisposeAsync();
        await ExecuteAsync($"DROP SCHEMA {_schema} CASCADE; CREATE SCHEMA {_schema}");
        await Task.WhenAll(Enumerable.Range(0, 4)
            .Select(async _ => await (await PostgresStore.OpenAsync(Address, TimeProvider.System, default)).DisposeAsync()));
        Assert.Equal((long)PostgresSchema.Current, await ScalarAsync($"SELECT schema FROM {_schema}.store"));
    }

    [StoreFact(NeedsServer = true)]
    public async Task Thirty_stores_on_one_database_share_a_few_connections()
    {
        var address = new NpgsqlConnectionStringBuilder(Address) { ApplicationName = "thirty" };
        address.Remove("Pooling");
        var stores = new List<PostgresStore>();
        for (int i = 0; i < 30; i++)
            stores.Add(await PostgresStore.OpenAsync(address.ToString(), TimeProvider.System, default));
        await Task.WhenAll(stores.Select((store, i) => Task.Run(() => store.SayAsync($"c{i}", null, Said.Turn($"{i}")))));
        Assert.InRange((long)(await ScalarAsync("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'thirty'"))!, 1, 5);
        Assert.Equal(30, (await stores[7].ListAsync(null, default)).Count);

        foreach (var store in stores.Skip(1))
            await store.DisposeAsync();
        await stores[5].DisposeAsync();
        Assert.Equal(30, (await stores[0].ListAsync(null, default)).Count);
        Assert.Equal(QwenErrorKind.StoreUnavailable, (await Assert.ThrowsAsync<QwenException>(() => stores[5].ListAsync(null, default))).Kind);
        await stores[0].DisposeAsync();
        await Task.Delay(200);
        Assert.Equal(0L, await ScalarAsync("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'thirty'"));
    }

    [StoreFact(NeedsServer = true)]
    public async Task Without_the_extension_everything_except_semantic_search_works()
    {
        string database = "qwenchat_" + _schema;
        bool isInstalled = (long?)await ScalarAsync("SELECT count(*) FROM pg_available_extensions WHERE name = 'vector'") > 0;
        // To simulate a missing extension, a user without permission to create extensions connects to a database without pgvector.
        await ExecuteAsync($"CREATE DATABASE {database}");
        var address = new NpgsqlConnectionStringBuilder(_server) { Database = database, Pooling = false };
        try
        {
            await ExecuteAsync($"CREATE ROLE {database} LOGIN PASSWORD 'limited'; GRANT CREATE ON DATABASE {database} TO {database}");
            await ExecuteAsync($"CREATE SCHEMA qwenchat AUTHORIZATION {database}; REVOKE CREATE ON DATABASE {database} FROM {database}", address.ToString());
            (address.Username, address.Password) = (database, "limited");
            await using (var store = await PostgresStore.OpenAsync(address.ToString(), TimeProvider.System, default))
            {
                await store.SayAsync("a", null, Said.Turn("green tea"));
                Assert.Single(await store.FindWordsAsync("tea", new StoreSearchScope(), default));
                var space = new EmbeddingSpace("any", 3);
                var failure =
                    await Assert.ThrowsAsync<QwenException>(() => store.FindNearestAsync(space, new float[] { 1, 0, 0 }, new StoreSearchScope(), default));
                Assert.Equal(QwenErrorKind.StoreUnavailable, failure.Kind);
                Assert.Contains(isInstalled ? "CREATE EXTENSION vector" : "Install pgvector on the server", failure.Message, StringComparison.Ordinal);
                Assert.Contains("-Mode Words", failure.Message, StringComparison.Ordinal);
            }
        }
        finally
        {
            await ExecuteAsync($"DROP DATABASE {database} WITH (FORCE)");
            await ExecuteAsync($"DROP ROLE IF EXISTS {database}");
        }
    }

    [StoreFact]
    public async Task Tables_of_another_program_are_not_changed()
    {
        await Store.DisposeAsync();
        await ExecuteAsync($"DROP SCHEMA {_schema} CASCADE; CREATE SCHEMA {_schema}; CREATE TABLE {_schema}.conversation (id text)");
        await Refused(Address, QwenErrorKind.StoreIncompatible, "does not belong to QwenChat");
        await ExecuteAsync($"SELECT id FROM {_schema}.conversation");
    }

    [StoreFact(NeedsVectors = true)]
    public async Task A_long_search_uses_the_index()
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

    [StoreFact]
    public async Task If_the_server_is_lost_during_a_turn_the_reply_is_kept_and_the_turn_is_saved_with_the_next_turn()
    {
        var target = new NpgsqlConnectionStringBuilder(_server);
        using var wire = new CuttableWire(target.Host!, target.Port);
        using var emulator = QwenEmulator.Start(new QwenEmulatorOptions
        {
            Reply = (prompt, _) =>
            {
                if (prompt.Messages[^1].Text == "Two")
                    wire.Cut();
                return "Answer " + prompt.Messages[^1].Text;
            },
        });
        var connection = QwenConnection.To(emulator.BaseUri, emulator.ApiKey);
        var client = new QwenClient(connection);
        var address = new NpgsqlConnectionStringBuilder(Address) { Host = "127.0.0.1", Port = wire.Port };
        using var store = new QwenStore("PostgreSQL", "here", await PostgresStore.OpenAsync(address.ToString(), TimeProvider.System, default));
        var conversation = client.NewConversation(QwenApi.ChatCompletions);
        conversation.Place = new StoreBinding(store);
        await client.SendAsync(conversation, "One");

        Assert.Equal("Answer Two", (await client.SendAsync(conversation, "Two")).Text);

        Assert.True(conversation.Place.IsBehind);
        Assert.Equal([store, null], conversation.Turns.Select(turn => turn.SavedIn));
        wire.Mend();
        await client.SendAsync(conversation, "Three");
        Assert.False(conversation.Place.IsBehind);
        Assert.Equal(["One", "Two", "Three"], (await store.LoadAllAsync(connection)).Single().Turns.Select(turn => turn.Message));
    }

    private static async Task Refused(string address, QwenErrorKind kind, string because)
    {
        var failure = await Assert.ThrowsAsync<QwenException>(() => PostgresStore.OpenAsync(address, TimeProvider.System, default));
        Assert.Equal(kind, failure.Kind);
        Assert.Contains(because, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", failure.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Returns the SQL that writes a conversation in the first schema version.</summary>
    private string AsOfSchema1(QwenTurn turn) => $"""
        SET search_path = {_schema};
        INSERT INTO conversation (id, api, settings, created_at, updated_at)
            VALUES ('a', 'Responses', '{"{}"}', '2026-11-01 12:00:00+00:00', '2026-11-01 12:00:00+00:00');
        INSERT INTO strand (parent) VALUES (NULL);
        INSERT INTO turn (id, strand, number, origin, input_count, state, created_at, has_text, words)
        VALUES ('{turn.Id}', 1, 1, 1, 1, 'Completed', '2026-11-01 12:00:00+00:00', 1, '''where'':1 ''is'':2 ''kyoto'':3 ''in'':4 ''japan'':5');
        INSERT INTO item (turn, position, type, role, json) VALUES
            (1, 0, 'message', 'user', convert_to('{"{"}"role":"user","content":"Where is Kyoto?"{"}"}', 'UTF8')),
            (1, 1, 'message', 'assistant', convert_to('{"{"}"role":"assistant","content":"In Japan."{"}"}', 'UTF8'));
        UPDATE conversation SET tip = 1;
        RESET search_path;
        """;

    private async Task<object?> ScalarAsync(string sql, string? address = null)
    {
        await using var connection = new NpgsqlConnection(address ?? _server);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    private async Task ExecuteAsync(string sql, string? address = null)
    {
        await using var connection = new NpgsqlConnection(address ?? _server);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
