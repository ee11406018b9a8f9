using QwenChat.Model;
using QwenChat.Text;
using QwenChat.Vectors;

namespace QwenChat.Recall;

/// <summary>Keeps the vectors of an in-memory conversation in its turns, which branches share.</summary>
internal sealed class MemoryRecallIndex(QwenConversation conversation, Embedder embedder, NoticeQueue notices) : RecallIndex(conversation, embedder, notices)
{
    /// <summary>The number of turns to embed in one step. Completed steps are kept if a later step fails.</summary>
    private const int TurnsPerStep = 100;

    private protected override async Task<IReadOnlyList<RecallHit>> LookUpAsync(float[] message, TurnPath path, int end,
        CancellationToken cancellation)
    {
        var space = new EmbeddingSpace(Embedder.Model, message.Length);
        float[] direction = UnitVector.Of(message, space);
        var missing = path.Take(end).From(0).Where(turn => turn.FindVector(space) is null && turn.SpokenText.Length > 0).ToArray();
        int done = 0;
        foreach (var step in missing.Chunk(TurnsPerStep))
        {
            await EmbedAsync(step, cancellation).ConfigureAwait(false);
            done += step.Length;
            if (missing.Length > TurnsPerStep)
                Notices.Progress("Embedding earlier turns", 100 * done / missing.Length);
        }
        if (done > 0)
            Notices.Verbose($"Embedded {Quantity.Of(done, "turn")} with {Embedder.Model}.");
        var parts = await LookUpPartsAsync(message, path, end, cancellation).ConfigureAwait(false);
        return path.Take(end).From(0).Select((turn, index) => (Turn: turn, Vector: turn.FindVector(space), Index: index))
            .Where(one => one.Vector is not null && !TurnParts.Of(one.Turn).IsLong)
            .Select(one => new RecallHit(one.Index, 0, UnitVector.Dot(direction, one.Vector), QwenSearchMode.Meaning)).Concat(parts)
            .OrderByDescending(hit => hit.Score).ToArray();
    }

    private protected override async Task EmbedAsync(IReadOnlyList<QwenTurn> turns, CancellationToken cancellation)
    {
        var vectors = await Embedder.Embed([.. turns.Select(turn => turn.SpokenText)], false, cancellation).ConfigureAwait(false);
        for (int i = 0; i < turns.Count; i++)
        {
            if (vectors[i] is { } vector)
                turns[i].KeepVector(Embedder.Model, UnitVector.Of(vector, new EmbeddingSpace(Embedder.Model, vector.Length)));
        }
    }
}
