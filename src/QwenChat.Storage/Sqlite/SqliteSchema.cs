using System.Globalization;

namespace QwenChat.Storage.Sqlite;

/// <summary>
/// The migration steps that create the tables of a SQLite store. The file header contains the number of completed steps (<c>user_version</c>), and
/// identifies a store (<c>application_id</c>). Never change a released step; add a new step.
/// </summary>
internal static class SqliteSchema
{
    /// <summary>"Qwen" in ASCII.</summary>
    private const long ApplicationId = 0x5177656E;

    private static readonly Func<SqlSession, Task>[] s_steps = [AddConversationsAsync, AddSearchAsync, AddFactsAsync, AddVersionsAsync];

    /// <summary>The schema version that this release of QwenChat reads and writes.</summary>
    public static int Current => s_steps.Length;

    /// <summary>Verifies that a file was not created by another program or by a newer version of QwenChat.</summary>
    /// <returns>The number of completed steps.</returns>
    /// <exception cref="QwenException">This version cannot use the file.</exception>
    public static async Task<int> CheckAsync(SqlSession session, string path)
    {
        long application = (long)(await session.ScalarAsync("PRAGMA application_id").ConfigureAwait(false))!;
        long version = (long)(await session.ScalarAsync("PRAGMA user_version").ConfigureAwait(false))!;
        bool isEmpty = (long)(await session.ScalarAsync("SELECT COUNT(*) FROM sqlite_schema").ConfigureAwait(false))! == 0;
        if (application != ApplicationId && !(application == 0 && isEmpty))
            throw new QwenException(QwenErrorKind.StoreIncompatible,
                $"{path} is a SQLite database of another program. Specify the path of a store, or of a file that does not exist yet.");
        if (version > Current)
        {
            throw new QwenException(QwenErrorKind.StoreIncompatible, string.Create(CultureInfo.InvariantCulture,
                $"{path} was created by a newer version of QwenChat: its schema version is {version}, and this version supports up to {Current}. Update "
                    + $"the module (Update-PSResource QwenChat), or use a different store."));
        }
        return isEmpty ? 0 : (int)version;
    }

    /// <summary>Runs the missing steps up to <paramref name="target"/>. Must be called in a write transaction.</summary>
    public static async Task MigrateAsync(SqlSession session, string path, int target)
    {
        // The version is read again, because another process may have run the steps while this process waited for its transaction.
        int version = await CheckAsync(session, path).ConfigureAwait(false);
        for (; version < target; version++)
            await s_steps[version](session).ConfigureAwait(false);
        await session.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {version}")).ConfigureAwait(false);
        await session.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {ApplicationId}")).ConfigureAwait(false);
    }

    private static async Task AddConversationsAsync(SqlSession session) => await session.ExecuteAsync("""
        CREATE TABLE conversation (
            key INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            name TEXT,
            api TEXT NOT NULL,
            model TEXT,
            settings TEXT NOT NULL,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL,
            tip INTEGER REFERENCES turn (key),
            usage TEXT);
        CREATE INDEX conversation_tip ON conversation (tip);
        CREATE TABLE strand (
            key INTEGER PRIMARY KEY AUTOINCREMENT,
            parent INTEGER REFERENCES strand (key),
            fork INTEGER,
            root INTEGER REFERENCES strand (key));
        CREATE INDEX strand_tree ON strand (COALESCE(root, key));
        CREATE INDEX strand_parent ON strand (parent);
        CREATE INDEX strand_root ON strand (root);
        CREATE TABLE turn (
            key INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            strand INTEGER NOT NULL REFERENCES strand (key),
            number INTEGER NOT NULL,
            origin INTEGER REFERENCES conversation (key) ON DELETE SET NULL,
            input_count INTEGER NOT NULL,
            state TEXT NOT NULL,
            model TEXT,
            response_id TEXT,
            created_at TEXT NOT NULL,
            usage TEXT,
            server TEXT,
            UNIQUE (strand, number));
        CREATE INDEX turn_origin ON turn (origin);
        CREATE TABLE item (
            turn INTEGER NOT NULL REFERENCES turn (key) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            id TEXT,
            type TEXT NOT NULL,
            role TEXT,
            status TEXT,
            created_at TEXT,
            expires_at TEXT,
            json BLOB NOT NULL,
            PRIMARY KEY (turn, position));
        """).ConfigureAwait(false);

    // The word index contains no text, because the items contain it. This assembly splits the text into words, and passes them to SQLite separated by
    // spaces.
    private static async Task AddSearchAsync(SqlSession session)
    {
        await session.ExecuteAsync("""
            ALTER TABLE turn ADD COLUMN has_text INTEGER NOT NULL DEFAULT 0;
            CREATE VIRTUAL TABLE words USING fts5 (
                text, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* Co'");
            CREATE TRIGGER turn_deleted AFTER DELETE ON turn BEGIN DELETE FROM words WHERE rowid = old.key; END;
            CREATE TABLE space (
                key INTEGER PRIMARY KEY AUTOINCREMENT,
                model TEXT NOT NULL UNIQUE,
                dimensions INTEGER NOT NULL);
            CREATE TABLE embedding (
                key INTEGER PRIMARY KEY AUTOINCREMENT,
                space INTEGER NOT NULL REFERENCES space (key),
                turn INTEGER NOT NULL REFERENCES turn (key) ON DELETE CASCADE,
                vector BLOB NOT NULL,
                UNIQUE (space, turn));
            CREATE INDEX embedding_turn ON embedding (turn);
            """).ConfigureAwait(false);
        foreach (long turn in await session.QueryAsync("SELECT key FROM turn ORDER BY key", reader => reader.GetInt64(0)).ConfigureAwait(false))
        {
            string text = await TurnTable.ReadSpokenTextAsync(session, turn).ConfigureAwait(false);
            if (text.Length == 0)
                continue;
            await SqliteWords.IndexAsync(session, turn, text).ConfigureAwait(false);
            await session.ExecuteAsync("UPDATE turn SET has_text = 1 WHERE key = @turn", ("turn", turn)).ConfigureAwait(false);
        }
    }

    private static async Task AddFactsAsync(SqlSession session) => await session.ExecuteAsync("ALTER TABLE turn ADD COLUMN facts TEXT").ConfigureAwait(false);

    private static async Task AddVersionsAsync(SqlSession session) => await session.ExecuteAsync("""
        ALTER TABLE conversation ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE conversation ADD COLUMN write_id TEXT;
        """).ConfigureAwait(false);
}
