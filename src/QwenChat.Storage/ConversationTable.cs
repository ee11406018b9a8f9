using System.Data.Common;
using QwenChat.Model;
using QwenChat.Store;

namespace QwenChat.Storage;

/// <summary>Reads and writes the table of conversation headers.</summary>
internal static class ConversationTable
{
    private const string Select = """
        SELECT c.id, c.name, c.api, c.model, c.settings, c.created_at, c.updated_at, c.usage, t.id, t.number, t.response_id, t.server, c.version, c.write_id
        FROM conversation c LEFT JOIN turn t ON t.key = c.tip
        """;

    private const string SelectEntry = """
        SELECT c.id, c.name, t.number, c.created_at, c.updated_at FROM conversation c LEFT JOIN turn t ON t.key = c.tip
        """;

    /// <returns>True when the header was inserted.</returns>
    public static async Task<bool> InsertAsync(SqlSession session, ConversationHeader header, string writeId, DateTimeOffset now) => await session.ExecuteAsync(
        """
        INSERT INTO conversation (id, name, api, model, settings, created_at, updated_at, version, write_id)
        VALUES (@id, @name, @api, @model, @settings, @created, @now, 1, @write) ON CONFLICT (id) DO NOTHING
        """, [.. Values(header), ("created", header.CreatedAt.ToUniversalTime()), ("now", now), ("write", writeId)]).ConfigureAwait(false) == 1;

    public static Task UpdateAsync(SqlSession session, ConversationHeader header, DateTimeOffset now) => session.ExecuteAsync(
        "UPDATE conversation SET name = @name, api = @api, model = @model, settings = @settings, updated_at = @now WHERE id = @id",
        [.. Values(header), ("now", now)]);

    /// <summary>Locks a conversation's row until the transaction ends, and returns its key, tip, version and last write.</summary>
    public static async Task<StoredRow> LockAsync(SqlSession session, string id)
    {
        var rows = await session.QueryAsync(
            "SELECT key, tip, version, write_id FROM conversation WHERE id = @id" + session.RowLock,
            reader => (Key: reader.GetInt64(0), Tip: reader.Int64OrNull(1), Version: reader.GetInt64(2), WriteId: reader.StringOrNull(3)), ("id", id))
                .ConfigureAwait(false);
        var (key, tip, version, writeId) = rows[0];
        if (tip is null)
            return new StoredRow(key, null, version, writeId);
        // A PostgreSQL statement that waits for a row lock still reads other tables from the snapshot taken before the wait. The tip is therefore read
        // by a separate statement.
        var ids = await session.QueryAsync("SELECT id FROM turn WHERE key = @tip", reader => reader.GetGuid(0), ("tip", tip)).ConfigureAwait(false);
        return new StoredRow(key, ids[0], version, writeId);
    }

    public static Task MoveTipAsync(SqlSession session, long key, long? tip, QwenUsage? usage, DateTimeOffset now) => session.ExecuteAsync(
        "UPDATE conversation SET tip = @tip, usage = @usage, updated_at = @now WHERE key = @key",
        ("key", key), ("tip", tip), ("usage", StoreJson.Write(usage)), ("now", now));

    public static Task SetVersionAsync(SqlSession session, long key, long version, string writeId) => session.ExecuteAsync(
        "UPDATE conversation SET version = @version, write_id = @write WHERE key = @key", ("key", key), ("version", version), ("write", writeId));

    public static async Task<IReadOnlyList<ConversationEntry>> ListAsync(SqlSession session, Func<string?, bool>? wanted)
    {
        var found = new List<ConversationEntry>();
        await session.ReadAsync(SelectEntry + " ORDER BY c.updated_at DESC, c.key DESC", reader =>
        {
            if (ReadEntry(reader, wanted) is { } entry)
                found.Add(entry);
            return true;
        }).ConfigureAwait(false);
        return found;
    }

    /// <summary>Lists the conversations of a partly damaged database. The ids are read from the index, and then each row is read by its id.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="wanted">The filter for names; null to list all conversations.</param>
    /// <param name="isDamage">Returns whether an exception was caused by a damaged database.</param>
    public static async Task<IReadOnlyList<ConversationEntry>> SalvageAsync(SqlSession session, Func<string?, bool>? wanted, Func<Exception, bool> isDamage)
    {
        var ids = new List<string>();
        var found = new List<ConversationEntry>();
        try
        {
            await session.ReadAsync("SELECT id FROM conversation ORDER BY id", reader =>
            {
                ids.Add(reader.GetString(0));
                return true;
            }).ConfigureAwait(false);
        }
        catch (Exception damaged) when (ids.Count > 0 && isDamage(damaged))
        {
            found.Add(ConversationEntry.Unreadable("", UnreadableRow.Explain(damaged)));
        }
        foreach (string id in ids)
        {
            try
            {
                var entries = await session.QueryAsync(SelectEntry + " WHERE c.id = @id", reader => ReadEntry(reader, wanted), ("id", id))
                    .ConfigureAwait(false);
                found.AddRange(entries.OfType<ConversationEntry>());
            }
            catch (Exception damaged) when (isDamage(damaged))
            {
                found.Add(ConversationEntry.Unreadable(id, UnreadableRow.Explain(damaged)));
            }
        }
        return [.. found.OrderByDescending(entry => entry.UpdatedAt)];
    }

    public static async Task<IReadOnlyList<string>> FindMentioningAsync(SqlSession session, string text) => await session.QueryAsync(
        "SELECT id FROM conversation WHERE settings LIKE @text", reader => reader.GetString(0), ("text", $"%{text}%")).ConfigureAwait(false);

    public static async Task<ConversationRecord?> FindAsync(SqlSession session, string id)
    {
        var found = await session.QueryAsync(Select + " WHERE c.id = @id", Read, ("id", id)).ConfigureAwait(false);
        return found.Count == 0 ? null : found[0];
    }

    private static (string Name, object? Value)[] Values(ConversationHeader header) =>
        [("id", header.Id), ("name", Storable(header.Name)), ("api", header.Api.ToString()), ("model", Storable(header.Model)), ("settings", header.Settings)];

    // Text columns in PostgreSQL cannot contain a null character.
    private static string? Storable(string? text) => text?.Replace('\0', '\uFFFD');

    /// <summary>Reads a row of the conversation list. Returns an unreadable entry for damaged values, and null if the filter excludes the row.</summary>
    private static ConversationEntry? ReadEntry(DbDataReader reader, Func<string?, bool>? wanted)
    {
        string id = "";
        try
        {
            id = reader.GetString(0);
            string? name = reader.StringOrNull(1);
            return wanted?.Invoke(name) == false ? null
                : new ConversationEntry(id, name, checked((int)(reader.Int64OrNull(2) ?? 0)), reader.Time(3), reader.Time(4));
        }
        catch (Exception damaged) when (UnreadableRow.Is(damaged))
        {
            return ConversationEntry.Unreadable(id, UnreadableRow.Explain(damaged));
        }
    }

    private static ConversationRecord Read(DbDataReader reader) => new()
    {
        Id = reader.GetString(0),
        Name = reader.StringOrNull(1),
        Api = reader.EnumValue<QwenApi>(2),
        Model = reader.StringOrNull(3),
        Settings = reader.GetString(4),
        CreatedAt = reader.Time(5),
        LastActivity = reader.Time(6),
        Usage = StoreJson.Read<QwenUsage>(reader.StringOrNull(7)),
        Tip = reader.GuidOrNull(8),
        TurnCount = (int)(reader.Int64OrNull(9) ?? 0),
        LastResponseId = reader.StringOrNull(10),
        Server = StoreJson.Read<ServerState>(reader.StringOrNull(11)),
        Version = reader.GetInt64(12),
        WriteId = reader.StringOrNull(13),
    };
}

/// <summary>The part of a conversation's stored state that a writer needs.</summary>
/// <param name="Key">The key of the conversation's row.</param>
/// <param name="Tip">The id of the conversation's last turn; null if it has no turns.</param>
/// <param name="Version">The version of the row, which increases with each write.</param>
/// <param name="WriteId">The id of the last write; null if an earlier version of QwenChat wrote the row.</param>
internal readonly record struct StoredRow(long Key, Guid? Tip, long Version, string? WriteId);
