using System.Data.Common;

namespace QwenChat.Storage;

/// <summary>The conversations' headers.</summary>
internal static class ConversationTable
{
    private const string Select = """
        SELECT c.id, c.name, c.api, c.model, c.settings, c.created_at, c.updated_at, c.usage, t.id, t.number, t.response_id, t.server
        FROM conversation c LEFT JOIN turn t ON t.key = c.tip
        """;

    /// <summary>Writes a header where there is none of that id.</summary>
    /// <returns>True when it was written.</returns>
    public static async Task<bool> InsertAsync(SqlSession session, ConversationHeader header, DateTimeOffset now) => await session.ExecuteAsync(
        """
        INSERT INTO conversation (id, name, api, model, settings, created_at, updated_at)
        VALUES (@id, @name, @api, @model, @settings, @created, @now) ON CONFLICT (id) DO NOTHING
        """, [.. Values(header), ("created", header.CreatedAt.ToUniversalTime()), ("now", now)]).ConfigureAwait(false) == 1;

    public static Task UpdateAsync(SqlSession session, ConversationHeader header, DateTimeOffset now) => session.ExecuteAsync(
        "UPDATE conversation SET name = @name, api = @api, model = @model, settings = @settings, updated_at = @now WHERE id = @id",
        [.. Values(header), ("now", now)]);

    /// <summary>A conversation's key and the id of its tip, held against other writers until the transaction ends.</summary>
    public static async Task<(long Key, Guid? Tip)> LockAsync(SqlSession session, string id)
    {
        var rows = await session.QueryAsync(
            "SELECT key, tip FROM conversation WHERE id = @id" + session.RowLock, reader => (Key: reader.GetInt64(0), Tip: reader.Int64OrNull(1)), ("id", id)).ConfigureAwait(false);
        var (key, tip) = rows[0];
        if (tip is null)
            return (key, null);
        // A statement of its own: one that had to wait for the row still sees the other tables as they were before the wait.
        var ids = await session.QueryAsync("SELECT id FROM turn WHERE key = @tip", reader => reader.GetGuid(0), ("tip", tip)).ConfigureAwait(false);
        return (key, ids[0]);
    }

    public static Task MoveTipAsync(SqlSession session, long key, long? tip, QwenUsage? usage, DateTimeOffset now) => session.ExecuteAsync(
        "UPDATE conversation SET tip = @tip, usage = @usage, updated_at = @now WHERE key = @key",
        ("key", key), ("tip", tip), ("usage", StoreJson.Write(usage)), ("now", now));

    public static async Task<IReadOnlyList<ConversationRecord>> ListAsync(SqlSession session, Func<string?, bool>? wanted)
    {
        var found = new List<ConversationRecord>();
        await session.ReadAsync(Select + " ORDER BY c.updated_at DESC, c.key DESC", reader =>
        {
            if (wanted is null || wanted(reader.StringOrNull(1)))
                found.Add(Read(reader));
            return true;
        }).ConfigureAwait(false);
        return found;
    }

    public static async Task<ConversationRecord?> FindAsync(SqlSession session, string id)
    {
        var found = await session.QueryAsync(Select + " WHERE c.id = @id", Read, ("id", id)).ConfigureAwait(false);
        return found.Count == 0 ? null : found[0];
    }

    private static (string Name, object? Value)[] Values(ConversationHeader header) =>
        [("id", header.Id), ("name", Storable(header.Name)), ("api", header.Api.ToString()), ("model", Storable(header.Model)), ("settings", header.Settings)];

    // PostgreSQL's text cannot hold a zero character.
    private static string? Storable(string? text) => text?.Replace('\0', '\uFFFD');

    private static ConversationRecord Read(DbDataReader reader) => new()
    {
        Id = reader.GetString(0),
        Name = reader.StringOrNull(1),
        Api = Enum.Parse<QwenApi>(reader.GetString(2)),
        Model = reader.StringOrNull(3),
        Settings = reader.GetString(4),
        CreatedAt = reader.Time(5),
        LastActivity = reader.Time(6),
        Usage = StoreJson.Read<QwenUsage>(reader.StringOrNull(7)),
        Tip = reader.GuidOrNull(8),
        TurnCount = (int)(reader.Int64OrNull(9) ?? 0),
        LastResponseId = reader.StringOrNull(10),
        Server = StoreJson.Read<ServerState>(reader.StringOrNull(11)),
    };
}
