using QwenChat.Model;
using QwenChat.Store;
using QwenChat.Text;
using QwenChat.Vectors;

namespace QwenChat.Recall;

/// <summary>
/// Finds turns of other conversations in a store. The store returns a fixed number of turns for each kind of search, so the amount of data read does not grow
/// with the store. Turns of other conversations are not embedded.
/// </summary>
internal sealed class StoreRecall(QwenStore store, TurnPath own)
{
    /// <summary>The number of turns to request from the store for each kind of search, keyword and semantic.</summary>
    private const int Candidates = 40;

    /// <summary>The maximum number of terms to search for; of a long message, only the first terms are used.</summary>
    private const int MostTerms = 24;

    private readonly HashSet<Guid> _own = [.. own.From(0).Select(turn => turn.Id)];

    /// <summary>Returns turns that share a word with the query, or with the previous message if it is relevant.</summary>
    /// <exception cref="QwenException">The store cannot be read.</exception>
    public async Task<IReadOnlyList<OtherTurn>> FindByWordsAsync(RecallQuery query, CancellationToken cancellation)
    {
        string words = WordsOf(query);
        if (words.Length == 0)
            return [];
        var hits = await store.Backend.FindWordsAsync(words, Scope with { AnyWord = true }, cancellation).ConfigureAwait(false);
        return [.. hits.Where(hit => hit.Failure is null).Select(hit => new OtherTurn(hit))];
    }

    /// <summary>Adds the turns found by semantic search to the turns found by keyword search.</summary>
    /// <exception cref="QwenException">The store cannot be read, or has vectors of a different length.</exception>
    public async Task<IReadOnlyList<OtherTurn>> FindByMeaningAsync(
        string model, float[] vector, IReadOnlyList<OtherTurn> found, CancellationToken cancellation)
    {
        var hits = await store.Backend.FindNearestAsync(new EmbeddingSpace(model, vector.Length), vector, Scope, cancellation).ConfigureAwait(false);
        var all = found.ToDictionary(other => other.Found.TurnId);
        foreach (var hit in hits.Where(hit => hit.Failure is null))
            all[hit.TurnId] = new OtherTurn(hit) { Similarity = hit.Score };
        return [.. all.Values];
    }

    /// <exception cref="QwenException">The store cannot be read.</exception>
    public async Task<IReadOnlyList<OtherTurn>> NameAsync(IReadOnlyList<OtherTurn> others, CancellationToken cancellation)
    {
        var named = new List<OtherTurn>(others.Count);
        foreach (var other in others)
        {
            var conversation = await store.Backend.FindAsync(other.Found.ConversationId, cancellation).ConfigureAwait(false);
            named.Add(other with { Conversation = conversation?.Name ?? other.Found.ConversationId });
        }
        return named;
    }

    private StoreSearchScope Scope => new() { Top = Candidates, Exclude = _own };

    // Stems are searched as prefixes, and pairs of ideographs as phrases.
    private static string WordsOf(RecallQuery query) => string.Join(' ', SearchTerms.Of(query.Message + "\n" + query.Before).Where(one => one.Weight >= 1)
        .Select(one => one.Term).Distinct().Take(MostTerms).Select(term => term[0] >= '\u0e00' ? $"\"{term}\"" : term + "*"));
}
