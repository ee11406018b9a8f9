using QwenChat.Model;
using QwenChat.Store;
using QwenChat.Text;
using QwenChat.Vectors;

namespace QwenChat.Recall;

/// <summary>
/// Finds turns of other conversations in a store. What it reads does not grow with the store: the store's indexes give the best turns by words and by
/// meaning, so many of each, and only these are ranked with the conversation's own. Turns of others are not embedded for it.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="own">The turns of the conversation that asks, which are no others.</param>
internal sealed class StoreRecall(QwenStore store, TurnPath own)
{
    /// <summary>The number of turns that the store is asked for, by words and by meaning each.</summary>
    private const int Candidates = 40;

    /// <summary>A long message is looked for by its first terms.</summary>
    private const int MostTerms = 24;

    private readonly HashSet<Guid> _own = [.. own.From(0).Select(turn => turn.Id)];

    /// <summary>The turns that share a word with the query, or with the message before it where that matters.</summary>
    /// <exception cref="QwenException">The store cannot be read.</exception>
    public async Task<IReadOnlyList<OtherTurn>> FindByWordsAsync(RecallQuery query, CancellationToken cancellation)
    {
        string words = WordsOf(query);
        if (words.Length == 0)
            return [];
        var hits = await store.Backend.FindWordsAsync(words, Scope with { AnyWord = true }, cancellation).ConfigureAwait(false);
        return [.. hits.Where(hit => hit.Failure is null).Select(hit => new OtherTurn(hit))];
    }

    /// <summary>The turns nearest in meaning besides those that were found already.</summary>
    /// <exception cref="QwenException">The store cannot be read, or has vectors of another length.</exception>
    public async Task<IReadOnlyList<OtherTurn>> FindByMeaningAsync(
        string model, float[] vector, IReadOnlyList<OtherTurn> found, CancellationToken cancellation)
    {
        var hits = await store.Backend.FindNearestAsync(new EmbeddingSpace(model, vector.Length), vector, Scope, cancellation).ConfigureAwait(false);
        var all = found.ToDictionary(other => other.Found.TurnId);
        foreach (var hit in hits.Where(hit => hit.Failure is null))
            all[hit.TurnId] = new OtherTurn(hit) { Similarity = hit.Score };
        return [.. all.Values];
    }

    /// <summary>The name of the conversation of each.</summary>
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

    // A stem is the beginning of its words, and a pair of ideographs a phrase.
    private static string WordsOf(RecallQuery query) => string.Join(' ', SearchTerms.Of(query.Message + "\n" + query.Before).Where(one => one.Weight >= 1)
        .Select(one => one.Term).Distinct().Take(MostTerms).Select(term => term[0] >= '\u0e00' ? $"\"{term}\"" : term + "*"));
}
