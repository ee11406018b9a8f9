using System.Runtime.InteropServices;
using QwenChat.Store;
using QwenChat.Vectors;

namespace QwenChat.Storage.Sqlite;

/// <summary>
/// The unit vectors of one embedding space, in memory. Each search is exact and compares all vectors, so its speed is limited by memory bandwidth.
/// </summary>
internal sealed class VectorBlock(int dimensions)
{
    // The vectors are stored in several arrays, so that existing vectors are not copied when vectors are added.
    private const int RowsPerPiece = 1024;
    private readonly List<float[]> _pieces = [];
    private readonly List<(TurnPlace Place, Guid Id)> _turns = [];

    public int Count => _turns.Count;

    /// <summary>The highest key in the embedding table at the last update, across all embedding spaces.</summary>
    public long LastKey { get; set; }

    /// <summary>The state of the store at the last update; null before the first update.</summary>
    public SqliteState? State { get; set; }

    public void Add(TurnPlace place, Guid id, ReadOnlySpan<float> vector)
    {
        int row = _turns.Count % RowsPerPiece;
        if (row == 0)
            _pieces.Add(new float[RowsPerPiece * dimensions]);
        // A vector of a different length is damaged. Its row is counted, but marked as belonging to no conversation, so it is never found.
        bool isWhole = vector.Length == dimensions;
        if (isWhole)
            vector.CopyTo(_pieces[^1].AsSpan(row * dimensions, dimensions));
        _turns.Add((isWhole ? place : place with { Strand = -1 }, id));
    }

    public IReadOnlyList<TurnMatch> FindNearest(ReadOnlySpan<float> query, TurnsInConversations reachable, StoreSearchScope scope)
    {
        var best = new PriorityQueue<int, float>(scope.Top + 1);
        float least = float.NegativeInfinity;
        var turns = CollectionsMarshal.AsSpan(_turns);
        for (int i = 0; i < turns.Length; i++)
        {
            ref readonly var turn = ref turns[i];
            if (!reachable.Contains(turn.Place.Strand, turn.Place.Number))
                continue;
            float score = UnitVector.Dot(query, _pieces[i / RowsPerPiece].AsSpan(i % RowsPerPiece * dimensions, dimensions));
            if (score <= least || scope.Exclude.Contains(turn.Id))
                continue;
            if (best.Count < scope.Top)
                best.Enqueue(i, score);
            else
                best.EnqueueDequeue(i, score);
            if (best.Count == scope.Top)
                best.TryPeek(out _, out least);
        }
        var matches = new TurnMatch[best.Count];
        for (int i = matches.Length - 1; i >= 0; i--)
        {
            best.TryDequeue(out int row, out float score);
            matches[i] = new TurnMatch(_turns[row].Place, _turns[row].Id, score);
        }
        return matches;
    }
}
