using System.Data.Common;
using System.Runtime.InteropServices;
using QwenChat.Model;
using QwenChat.Store;
using QwenChat.Text;

namespace QwenChat.Storage;

/// <summary>
/// Reads and writes turns and their items. Each turn belongs to a strand, which is a sequence of turns without a fork. A turn after the last turn of a
/// strand extends the strand. A turn after any earlier turn begins a new strand.
/// </summary>
internal static class TurnTable
{
    /// <summary>Selects the strands on the path to <c>@tip</c>, each with the number of its last turn on the path.</summary>
    private const string PathToTip = """
        WITH RECURSIVE segment (strand, through) AS (
            SELECT strand, number FROM turn WHERE id = @tip
            UNION
            SELECT s.parent, s.fork FROM segment JOIN strand s ON s.key = segment.strand WHERE s.parent IS NOT NULL)
        """;

    public static async Task<TurnPlace?> FindAsync(SqlSession session, Guid id)
    {
        var found = await session.QueryAsync(
            "SELECT key, strand, number FROM turn WHERE id = @id", reader => new TurnPlace(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)),
                ("id", id)).ConfigureAwait(false);
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>Adds turns. Turns that are already in the store are skipped.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="parent">The place of the turn that the new turns follow; null if they begin a conversation.</param>
    /// <param name="turns">The turns, in order.</param>
    /// <param name="origin">The key of the conversation that writes the turns.</param>
    /// <param name="index">Called with the key and the text of each new turn.</param>
    /// <returns>The place of the last turn.</returns>
    public static async Task<TurnPlace?> AppendAsync(SqlSession session, TurnPlace? parent, IReadOnlyList<QwenTurn> turns, long origin,
        Func<long, string, Task> index)
    {
        bool isFree = false;
        foreach (var turn in turns)
        {
            if (!isFree && await FindAsync(session, turn.Id).ConfigureAwait(false) is { } known)
            {
                parent = known;
                continue;
            }
            // No other writer can add turns after a turn that this transaction has just inserted.
            long strand = isFree ? parent!.Value.Strand : await StrandAfterAsync(session, parent).ConfigureAwait(false);
            isFree = true;
            string text = turn.SpokenText;
            parent = await InsertAsync(session, turn, strand, (parent?.Number ?? 0) + 1, origin, text.Length > 0).ConfigureAwait(false);
            await index(parent.Value.Key, text).ConfigureAwait(false);
        }
        return parent;
    }

    /// <summary>Returns all turns up to a tip, oldest first.</summary>
    public static async Task<IReadOnlyList<QwenTurn>> ReadAsync(SqlSession session, Guid tip)
    {
        var items = new Dictionary<long, List<QwenItem>>();
        await session.ReadAsync(PathToTip + """

            SELECT t.key, i.id, i.type, i.role, i.status, i.created_at, i.expires_at, i.json, i.position
            FROM segment JOIN turn t ON t.strand = segment.strand AND t.number <= segment.through JOIN item i ON i.turn = t.key
            ORDER BY t.number, i.position
            """, reader =>
            {
                var own = CollectionsMarshal.GetValueRefOrAddDefault(items, reader.GetInt64(0), out _) ??= [];
                if (reader.GetInt64(8) != own.Count)
                    throw UnreadableRow.Contradiction($"item {own.Count + 1} of a turn is missing.");
                own.Add(ReadItem(reader));
                return true;
            }, ("tip", tip)).ConfigureAwait(false);
        var turns = await session.QueryAsync(PathToTip + """

            SELECT t.key, t.id, t.number, t.input_count, t.state, t.model, t.response_id, t.created_at, t.usage, t.server, t.facts
            FROM segment JOIN turn t ON t.strand = segment.strand AND t.number <= segment.through
            ORDER BY t.number
            """, reader => ReadTurn(reader, items), ("tip", tip)).ConfigureAwait(false);
        for (int i = 0; i < turns.Count; i++)
        {
            if (turns[i].Number != i + 1)
                throw UnreadableRow.Contradiction($"turn {i + 1} of {turns[^1].Number} is missing or occurs twice.");
        }
        return turns;
    }

    /// <summary>Returns the text of a turn, or the error if the turn cannot be read.</summary>
    public static async Task<(string Text, QwenException? Failure)> TryReadSpokenTextAsync(SqlSession session, long key)
    {
        try
        {
            return (await ReadSpokenTextAsync(session, key).ConfigureAwait(false), null);
        }
        catch (QwenException failure) when (failure.Kind == QwenErrorKind.StoreIncompatible)
        {
            return ("", failure);
        }
    }

    public static async Task<string> ReadSpokenTextAsync(SqlSession session, long key)
    {
        var items = await session.QueryAsync(
            "SELECT turn, id, type, role, status, created_at, expires_at, json FROM item WHERE turn = @key ORDER BY position", ReadItem, ("key", key))
                .ConfigureAwait(false);
        return new QwenTurn(0, items, 0).SpokenText;
    }

    private static async Task<long> StrandAfterAsync(SqlSession session, TurnPlace? parent)
    {
        if (parent is not { } place)
            return (long)(await session.ScalarAsync("INSERT INTO strand (parent, fork, root) VALUES (NULL, NULL, NULL) RETURNING key").ConfigureAwait(false))!;
        // The lock is needed because two conversations may concurrently add a turn after the same turn.
        await session.ScalarAsync("SELECT key FROM strand WHERE key = @strand" + session.RowLock, ("strand", place.Strand)).ConfigureAwait(false);
        object? next = await session.ScalarAsync(
            "SELECT key FROM turn WHERE strand = @strand AND number = @number", ("strand", place.Strand), ("number", place.Number + 1)).ConfigureAwait(false);
        if (next is null)
            return place.Strand;
        return (long)(await session.ScalarAsync(
            "INSERT INTO strand (parent, fork, root) SELECT key, @number, COALESCE(root, key) FROM strand WHERE key = @strand RETURNING key",
            ("strand", place.Strand), ("number", place.Number)).ConfigureAwait(false))!;
    }

    private static async Task<TurnPlace> InsertAsync(SqlSession session, QwenTurn turn, long strand, long number, long origin, bool hasText)
    {
        long key = (long)(await session.ScalarAsync(
            """
            INSERT INTO turn (id, strand, number, origin, input_count, state, model, response_id, created_at, usage, server, facts, has_text)
            VALUES (@id, @strand, @number, @origin, @inputs, @state, @model, @response, @created, @usage, @server, @facts, @text) RETURNING key
            """,
            ("id", turn.Id), ("strand", strand), ("number", number), ("origin", origin), ("inputs", (long)turn.InputCount), ("state", turn.State),
            ("model", turn.Model), ("response", turn.ResponseId), ("created", turn.CreatedAt.ToUniversalTime()), ("usage", StoreJson.Write(turn.Usage)),
            ("server", StoreJson.Write(turn.Server)), ("facts", StoreJson.Write(TurnFacts.Of(turn))), ("text", hasText ? 1L : 0L)).ConfigureAwait(false))!;
        for (int i = 0; i < turn.Items.Count; i++)
        {
            var item = turn.Items[i];
            await session.ExecuteAsync(
                """
                INSERT INTO item (turn, position, id, type, role, status, created_at, expires_at, json)
                VALUES (@turn, @position, @id, @type, @role, @status, @created, @expires, @json)
                """,
                ("turn", key), ("position", (long)i), ("id", item.Id), ("type", item.Type), ("role", item.Role), ("status", item.Status),
                ("created", item.CreatedAt?.ToUniversalTime()), ("expires", item.ExpiresAt?.ToUniversalTime()), ("json", BytesOf(item.Json)))
                    .ConfigureAwait(false);
        }
        return new TurnPlace(key, strand, number);
    }

    private static byte[] BytesOf(ReadOnlyMemory<byte> json) =>
        MemoryMarshal.TryGetArray(json, out var array) && array.Offset == 0 && array.Count == array.Array!.Length ? array.Array : json.ToArray();

    private static QwenItem ReadItem(DbDataReader reader) =>
        new(StoredItem.Check(reader.GetFieldValue<byte[]>(7)), reader.StringOrNull(1), reader.GetString(2), reader.StringOrNull(3))
    {
        Status = reader.StringOrNull(4),
        CreatedAt = reader.TimeOrNull(5),
        ExpiresAt = reader.TimeOrNull(6),
    };

    private static QwenTurn ReadTurn(DbDataReader reader, Dictionary<long, List<QwenItem>> items)
    {
        var facts = StoreJson.Read<TurnFacts>(reader.StringOrNull(10));
        var own = items.GetValueOrDefault(reader.GetInt64(0)) ?? [];
        long number = reader.GetInt64(2), inputs = reader.GetInt64(3);
        if (number is < 1 or > int.MaxValue || inputs < 0 || inputs > own.Count)
            throw UnreadableRow.Contradiction($"turn {number} contains {Quantity.Of(own.Count, "item")}, but its input count is {inputs}.");
        return new((int)number, own, (int)inputs)
        {
            Id = reader.GetGuid(1),
            State = reader.OneOf(4, QwenReplyState.All),
            Model = reader.StringOrNull(5),
            ResponseId = reader.StringOrNull(6),
            CreatedAt = reader.Time(7),
            Usage = StoreJson.Read<QwenUsage>(reader.StringOrNull(8)),
            Server = StoreJson.Read<ServerState>(reader.StringOrNull(9)),
            Terms = facts?.Terms,
            EstimatedUsage = facts?.EstimatedUsage,
            Sent = facts?.Sent,
            Requests = facts?.Requests ?? [],
        };
    }
}

/// <summary>The place of a turn in the store.</summary>
/// <param name="Key">The key of the turn's row.</param>
/// <param name="Strand">The strand that contains the turn.</param>
/// <param name="Number">The turn's number in any conversation that contains it, from 1.</param>
internal readonly record struct TurnPlace(long Key, long Strand, long Number);
