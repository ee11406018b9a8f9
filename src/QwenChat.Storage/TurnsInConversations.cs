using System.Runtime.InteropServices;

namespace QwenChat.Storage;

/// <summary>The turns that conversations currently contain. Undone turns are in the store, but not in any conversation.</summary>
internal sealed class TurnsInConversations
{
    private readonly Dictionary<long, List<(long Conversation, long Through)>> _segments = [];
    private readonly Dictionary<long, long> _reach = [];

    /// <summary>The strands that conversations use, each with the number of the last turn that any conversation contains.</summary>
    public IReadOnlyDictionary<long, long> Reach => _reach;

    /// <summary>Reads the turns of one conversation, or of all conversations.</summary>
    public static async Task<TurnsInConversations> ReadAsync(SqlSession session, string? conversationId)
    {
        var turns = new TurnsInConversations();
        string only = conversationId is null ? "" : "WHERE c.id = @id";
        await session.ReadSoundAsync($"""
            WITH RECURSIVE segment (conversation, strand, through) AS (
                SELECT c.key, t.strand, t.number FROM conversation c JOIN turn t ON t.key = c.tip {only}
                UNION
                SELECT conversation, s.parent, s.fork FROM segment JOIN strand s ON s.key = segment.strand WHERE s.parent IS NOT NULL)
            SELECT conversation, strand, through FROM segment
            """, reader =>
            {
                turns.Add(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
                return true;
            }, conversationId is null ? [] : [("id", conversationId)]).ConfigureAwait(false);
        return turns;
    }

    public bool Contains(long strand, long number) => _reach.TryGetValue(strand, out long through) && number <= through;

    /// <summary>
    /// Returns the key of the conversation that contains a turn. If several conversations contain the turn, the conversation that was stored first is
    /// returned.
    /// </summary>
    public long ConversationOf(TurnPlace turn) => _segments[turn.Strand].Where(segment => turn.Number <= segment.Through).Min(segment => segment.Conversation);

    private void Add(long conversation, long strand, long through)
    {
        (CollectionsMarshal.GetValueRefOrAddDefault(_segments, strand, out _) ??= []).Add((conversation, through));
        ref long reach = ref CollectionsMarshal.GetValueRefOrAddDefault(_reach, strand, out _);
        reach = Math.Max(reach, through);
    }
}

internal readonly record struct TurnMatch(TurnPlace Turn, Guid Id, double Score);
