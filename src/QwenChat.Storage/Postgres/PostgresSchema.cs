using System.Globalization;

namespace QwenChat.Storage.Postgres;

/// <summary>
/// The migration steps that create the tables of a PostgreSQL store. The table <c>store</c> contains the number of completed steps. Never change a
/// released step; add a new step.
/// </summary>
internal static class PostgresSchema
{
    private static readonly Func<SqlSession, Task>[] s_steps = [AddTablesAsync, AddFactsAsync, AddVersionsAsync];

    /// <summary>The schema version that this release of QwenChat reads and writes.</summary>
    public static int Current => s_steps.Length;

    /// <summary>Runs the missing steps. Must be called in a write transaction.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="location">The location of the store, for error messages.</param>
    /// <param name="schema">The schema for the tables, which is created if necessary; null when the user's search path determines it.</param>
    /// <param name="target">The number of the last step to run.</param>
    /// <exception cref="QwenException">The store was created by a newer version of QwenChat.</exception>
    public static async Task MigrateAsync(SqlSession session, string location, string? schema, int target)
    {
        // Concurrent callers wait for this lock, and then find all steps completed. The number is arbitrary.
        await session.ExecuteAsync("SELECT pg_advisory_xact_lock(5870885914106061172)").ConfigureAwait(false);
        // A user without permission to create a schema may still use an existing schema.
        if (schema is not null
            && await session.ScalarAsync("SELECT 1 FROM pg_namespace WHERE nspname = @schema", ("schema", schema)).ConfigureAwait(false) is null)
            await session.ExecuteAsync($"CREATE SCHEMA {schema}").ConfigureAwait(false);
        if (await session.ScalarAsync("SELECT to_regclass('store')::text").ConfigureAwait(false) is null)
            await session.ExecuteAsync("CREATE TABLE store (schema bigint NOT NULL); INSERT INTO store VALUES (0)").ConfigureAwait(false);
        long version = (long)(await session.ScalarAsync("SELECT schema FROM store").ConfigureAwait(false))!;
        if (version > Current)
        {
            throw new QwenException(QwenErrorKind.StoreIncompatible, string.Create(CultureInfo.InvariantCulture,
                $"{location} was created by a newer version of QwenChat: its schema version is {version}, and this version supports up to {Current}. "
                    + $"Update the module (Update-PSResource QwenChat), or use a different store."));
        }
        if (version >= target)
            return;
        for (; version < target; version++)
            await s_steps[version](session).ConfigureAwait(false);
        await session.ExecuteAsync("UPDATE store SET schema = @version", ("version", version)).ConfigureAwait(false);
    }

    private static async Task AddTablesAsync(SqlSession session) => await session.ExecuteAsync("""
        CREATE TABLE conversation (
            key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            id text NOT NULL UNIQUE,
            name text,
            api text NOT NULL,
            model text,
            settings text NOT NULL,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            tip bigint,
            usage text);
        CREATE INDEX conversation_tip ON conversation (tip);
        CREATE TABLE strand (
            key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            parent bigint REFERENCES strand (key),
            fork bigint,
            root bigint REFERENCES strand (key));
        CREATE INDEX strand_tree ON strand (COALESCE(root, key));
        CREATE INDEX strand_parent ON strand (parent);
        CREATE INDEX strand_root ON strand (root);
        CREATE TABLE turn (
            key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            id uuid NOT NULL UNIQUE,
            strand bigint NOT NULL REFERENCES strand (key),
            number bigint NOT NULL,
            origin bigint REFERENCES conversation (key) ON DELETE SET NULL,
            input_count bigint NOT NULL,
            state text NOT NULL,
            model text,
            response_id text,
            created_at timestamptz NOT NULL,
            usage text,
            server text,
            has_text bigint NOT NULL,
            words tsvector,
            UNIQUE (strand, number));
        ALTER TABLE conversation ADD FOREIGN KEY (tip) REFERENCES turn (key);
        CREATE INDEX turn_origin ON turn (origin);
        CREATE INDEX turn_words ON turn USING gin (words);
        CREATE TABLE item (
            turn bigint NOT NULL REFERENCES turn (key) ON DELETE CASCADE,
            position bigint NOT NULL,
            id text,
            type text NOT NULL,
            role text,
            status text,
            created_at timestamptz,
            expires_at timestamptz,
            json bytea NOT NULL,
            PRIMARY KEY (turn, position));
        CREATE TABLE space (
            key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            model text NOT NULL UNIQUE,
            dimensions bigint NOT NULL);
        """).ConfigureAwait(false);

    private static async Task AddFactsAsync(SqlSession session) => await session.ExecuteAsync("ALTER TABLE turn ADD COLUMN facts text").ConfigureAwait(false);

    private static async Task AddVersionsAsync(SqlSession session) => await session.ExecuteAsync("""
        ALTER TABLE conversation ADD COLUMN version bigint NOT NULL DEFAULT 0;
        ALTER TABLE conversation ADD COLUMN write_id text;
        """).ConfigureAwait(false);
}
