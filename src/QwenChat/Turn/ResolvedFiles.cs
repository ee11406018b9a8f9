using QwenChat.Model;

namespace QwenChat.Turn;

/// <summary>
/// The turns and new items of one request, with valid temporary-store URLs (wire §6.4). Turns are immutable and shared, so URLs in the history
/// are replaced only in the request.
/// </summary>
/// <param name="History">The turns.</param>
/// <param name="Input">The new items.</param>
/// <param name="ReferToStore">Whether the turns or items contain a temporary-store URL.</param>
internal sealed record ResolvedFiles(TurnPath History, IReadOnlyList<QwenItem> Input, bool ReferToStore)
{
    /// <summary>Finds the temporary-store URLs in a request's turns and items, and replaces those that are not valid.</summary>
    /// <param name="history">The turns.</param>
    /// <param name="first">The index of the first turn to send.</param>
    /// <param name="input">The new items.</param>
    /// <param name="resolve">Returns the new URL for each URL to replace.</param>
    public static async ValueTask<ResolvedFiles> MakeAsync(TurnPath history, int first, IReadOnlyList<QwenItem> input,
        Func<IReadOnlyCollection<string>, Task<IReadOnlyDictionary<string, string>>> resolve)
    {
        var addresses = new HashSet<string>();
        // Long histories are searched only when necessary.
        foreach (var turn in history.MayReferToStore(first) ? history.From(first) : [])
        {
            if (turn.RefersToStore)
                Collect(turn.Items, addresses);
        }
        Collect(input, addresses);
        if (addresses.Count == 0)
            return new ResolvedFiles(history, input, false);
        var replacements = await resolve(addresses).ConfigureAwait(false);
        if (replacements.Count == 0)
            return new ResolvedFiles(history, input, true);
        int same = history.From(0).TakeWhile(turn => !turn.Items.Any(item => Has(item, replacements))).Count();
        var sent = history.Take(same);
        foreach (var turn in history.From(same))
            sent = sent.Append(turn.With(turn.Number, Replace(turn.Items, replacements), turn.InputCount, turn.Server));
        return new ResolvedFiles(sent, Replace(input, replacements), true);
    }

    private static void Collect(IReadOnlyList<QwenItem> items, HashSet<string> addresses)
    {
        for (int i = 0; i < items.Count; i++)
            addresses.UnionWith(items[i].TemporaryAddresses);
    }

    private static IReadOnlyList<QwenItem> Replace(IReadOnlyList<QwenItem> items, IReadOnlyDictionary<string, string> addresses) =>
        items.Any(item => Has(item, addresses)) ? items.Select(item => Has(item, addresses) ? item.WithAddresses(addresses) : item).ToArray() : items;

    private static bool Has(QwenItem item, IReadOnlyDictionary<string, string> addresses) => item.TemporaryAddresses.Any(addresses.ContainsKey);
}
