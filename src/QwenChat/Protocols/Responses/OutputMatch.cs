namespace QwenChat.Protocols.Responses;

/// <summary>
/// Matches the output of a complete response with the items of its stream: by text or call id, then by other properties, then by order. Streamed text is
/// therefore not reported again.
/// </summary>
internal sealed class OutputMatch
{
    /// <summary>
    /// The maximum number of comparisons, which is more than any answer needs. If a response needs more, the step that compares other properties is skipped.
    /// </summary>
    private const long MaximumComparisons = 100_000;

    private readonly IReadOnlyList<OutputItem> _output;
    private readonly StreamedItem?[] _itemOf;
    private readonly string[] _rest;
    private readonly HashSet<StreamedItem> _matched = [];

    public OutputMatch(IReadOnlyList<StreamedItem> streamed, IReadOnlyList<OutputItem> output)
    {
        _output = output;
        _itemOf = new StreamedItem?[output.Count];
        _rest = new string[output.Count];
        foreach (var group in Enumerable.Range(0, output.Count).GroupBy(place => KeyOf(output[place].Kind, output[place].Type)))
        {
            int[] places = [.. group];
            Match([.. streamed.Where(item => KeyOf(item.Kind, item.Type) == group.Key)], places);
        }
    }

    /// <summary>Returns the streamed item that matches an output item; null if only the response contains the item.</summary>
    public StreamedItem? ItemOf(int place) => _itemOf[place];

    /// <summary>Returns the part of an output item's text that no event has reported.</summary>
    public string Rest(int place) => _rest[place];

    /// <summary>Whether an output item of the response matches the streamed item.</summary>
    public bool IsMatched(StreamedItem item) => _matched.Contains(item);

    private static (StreamedItemKind, string?) KeyOf(StreamedItemKind kind, string? type) => (kind, kind == StreamedItemKind.Other ? type : null);

    private void Match(List<StreamedItem> items, int[] places)
    {
        bool isText = _output[places[0]].Kind is StreamedItemKind.Message or StreamedItemKind.Reasoning;
        if (isText)
            items.RemoveAll(item => !item.IsSaid);
        if (isText && MatchAll(items, places))
            return;
        MatchWords(items, places);
        MatchLikely(items, places);
        var (left, free) = Left(items, places);
        if (isText && left.Count == free.Count)
        {
            for (int i = 0; i < left.Count; i++)
                Take(free[i], left[i]);
        }
        foreach (int place in places)
        {
            string text = _output[place].Text, told = _itemOf[place]?.Text ?? "";
            _rest[place] = text.StartsWith(told, StringComparison.Ordinal) ? text[told.Length..] : "";
        }
    }

    /// <summary>
    /// Matches all items of a kind if the joined text of the output begins with the joined text of the stream. The boundaries between items may differ.
    /// </summary>
    private bool MatchAll(List<StreamedItem> items, int[] places)
    {
        string told = string.Concat(items.Select(item => item.Text));
        if (!string.Concat(places.Select(place => _output[place].Text)).StartsWith(told, StringComparison.Ordinal))
            return false;
        int start = 0;
        for (int i = 0; i < places.Length; i++)
        {
            string text = _output[places[i]].Text;
            _rest[places[i]] = text[Math.Clamp(told.Length - start, 0, text.Length)..];
            _itemOf[places[i]] = i < items.Count ? items[i] : null;
            start += text.Length;
        }
        _matched.UnionWith(items);
        return true;
    }

    private void MatchWords(List<StreamedItem> items, int[] places)
    {
        var known = new Dictionary<string, Queue<StreamedItem>>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (Words(item.Kind, item.CallId, item.Name, item.Text) is not { } words)
                continue;
            if (!known.TryGetValue(words, out var queue))
                known[words] = queue = new Queue<StreamedItem>();
            queue.Enqueue(item);
        }
        foreach (int place in places)
        {
            var output = _output[place];
            if (Words(output.Kind, output.CallId, output.Name, output.Text) is { } words && known.TryGetValue(words, out var queue)
                && queue.TryDequeue(out var item))
                Take(place, item);
        }
    }

    private static string? Words(StreamedItemKind kind, string? callId, string? name, string text)
    {
        if (kind == StreamedItemKind.Call)
            return string.IsNullOrEmpty(callId) ? $"{name}\n{text}" : callId;
        return text.Length == 0 ? null : text;
    }

    private void MatchLikely(List<StreamedItem> items, int[] places)
    {
        var (left, free) = Left(items, places);
        if ((long)left.Count * free.Count > MaximumComparisons)
            return;
        foreach (int place in free)
        {
            var address = _output[place].At(place);
            StreamedItem? best = null;
            int most = -1;
            foreach (var item in left)
            {
                int likeness = address.Likeness(item);
                if (likeness > most)
                    (best, most) = (item, likeness);
            }
            if (best is null)
                continue;
            left.Remove(best);
            Take(place, best);
        }
    }

    private (List<StreamedItem> Left, List<int> Free) Left(List<StreamedItem> items, int[] places) =>
        (items.FindAll(item => !_matched.Contains(item)), [.. places.Where(place => _itemOf[place] is null)]);

    private void Take(int place, StreamedItem item)
    {
        _itemOf[place] = item;
        _matched.Add(item);
    }
}
