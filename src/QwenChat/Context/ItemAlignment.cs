namespace QwenChat.Context;

/// <summary>
/// Which items of a transcript are which of the items that the service lists. The service names the input of a turn only in that list,
/// and items vanish from it as they grow old; so items are told by their ids where both are known, else by who says what, in order.
/// </summary>
internal sealed class ItemAlignment
{
    private const int SameId = 4;
    private const int SameText = 2;
    private const int SameBeginning = 1;

    /// <summary>The most pairs that are compared with each other. Beyond it items are matched in one pass.</summary>
    private const long MaximumPairs = 1_000_000;

    private readonly int[] _liveOf;

    private ItemAlignment(int[] liveOf, int liveCount)
    {
        _liveOf = liveOf;
        LiveCount = liveCount;
    }

    /// <summary>How many items the service listed.</summary>
    public int LiveCount { get; }

    /// <summary>The first listed item behind all that are in the transcript.</summary>
    public int FirstNew => _liveOf.Length == 0 ? 0 : _liveOf.Max() + 1;

    /// <summary>The place in the service's list of an item of the transcript; -1 when it is not there.</summary>
    public int LiveOf(int local) => _liveOf[local];

    /// <summary>Aligns a transcript with the service's list, both oldest first.</summary>
    public static ItemAlignment Of(IReadOnlyList<AlignedItem> transcript, IReadOnlyList<QwenItem> live, CancellationToken cancellation = default)
    {
        var liveOf = new int[transcript.Count];
        Array.Fill(liveOf, -1);
        var texts = live.Select(item => item.Text).ToArray();
        int from = 0, end = transcript.Count, liveEnd = live.Count;
        while (from < end && from < liveEnd && Likeness(transcript[from], live[from], texts[from]) >= SameText)
        {
            liveOf[from] = from;
            from++;
        }
        while (end > from && liveEnd > from && Likeness(transcript[end - 1], live[liveEnd - 1], texts[liveEnd - 1]) >= SameText)
            liveOf[--end] = --liveEnd;
        if ((long)(end - from) * (liveEnd - from) <= MaximumPairs)
            AlignRest(transcript, live, texts, from, end, liveEnd, liveOf, cancellation);
        else
            AlignLong(transcript, live, texts, from, end, liveEnd, liveOf, cancellation);
        return new ItemAlignment(liveOf, live.Count);
    }

    /// <summary>The longest common subsequence of what is left. Where an item could be one of several, it is the latest: the older ones expire first.</summary>
    private static void AlignRest(IReadOnlyList<AlignedItem> transcript, IReadOnlyList<QwenItem> live, string[] texts, int from, int end, int liveEnd, int[] liveOf, CancellationToken cancellation)
    {
        int rows = end - from, columns = liveEnd - from;
        if (rows == 0 || columns == 0)
            return;
        var best = new int[rows + 1, columns + 1];
        for (int i = rows - 1; i >= 0; i--)
        {
            cancellation.ThrowIfCancellationRequested();
            for (int j = columns - 1; j >= 0; j--)
            {
                int likeness = Likeness(transcript[from + i], live[from + j], texts[from + j]);
                int matched = likeness > 0 ? likeness + best[i + 1, j + 1] : 0;
                best[i, j] = Math.Max(matched, Math.Max(best[i + 1, j], best[i, j + 1]));
            }
        }
        for (int i = 0, j = 0; i < rows && j < columns;)
        {
            if (best[i, j] == best[i + 1, j])
                i++;
            else if (best[i, j] == best[i, j + 1])
                j++;
            else
                liveOf[from + i++] = from + j++;
        }
    }

    /// <summary>
    /// Matches long lists in linear time, from the end: each item with the latest one before the last match that has its id, else its
    /// text. An id is not skipped for the sake of a text, so one that repeats cannot carry the match away from the items that are known.
    /// </summary>
    private static void AlignLong(
        IReadOnlyList<AlignedItem> transcript, IReadOnlyList<QwenItem> live, string[] texts, int from, int end, int liveEnd, int[] liveOf, CancellationToken cancellation)
    {
        var byId = new Dictionary<string, int>(StringComparer.Ordinal);
        var byText = new Dictionary<(string Type, string? Role, string Text), Stack<int>>();
        for (int j = from; j < liveEnd; j++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (live[j].Id is { } id)
                byId[id] = j;
            var key = (live[j].Type, live[j].Role, texts[j]);
            if (!byText.TryGetValue(key, out var places))
                byText[key] = places = new Stack<int>();
            places.Push(j);
        }
        // No text may be matched before an item that an earlier item of the transcript is known to be.
        var floors = new int[end - from];
        int floor = from;
        for (int i = from; i < end; i++)
        {
            floors[i - from] = floor;
            if (transcript[i].Id is { } id && byId.TryGetValue(id, out int at) && at >= floor)
                floor = at + 1;
        }
        for (int i = end - 1; i >= from; i--)
        {
            cancellation.ThrowIfCancellationRequested();
            if (transcript[i].Id is { } id && byId.TryGetValue(id, out int at) && at < liveEnd)
                liveOf[i] = liveEnd = at;
            else if (transcript[i].MayGoOn && liveEnd > from && Likeness(transcript[i], live[liveEnd - 1], texts[liveEnd - 1]) > 0)
                liveOf[i] = --liveEnd;
            else if (byText.TryGetValue((transcript[i].Type, transcript[i].Role, transcript[i].Text), out var places))
            {
                while (places.TryPeek(out int latest) && latest >= liveEnd)
                    places.Pop();
                if (places.TryPeek(out int match) && match >= floors[i - from])
                    liveOf[i] = liveEnd = match;
            }
        }
    }

    private static int Likeness(AlignedItem local, QwenItem live, string liveText)
    {
        if (local.Id is not null && local.Id == live.Id)
            return SameId;
        if (local.Type != live.Type || local.Role != live.Role)
            return 0;
        if (local.Text == liveText)
            return SameText;
        return local.MayGoOn && local.Text.Length > 0 && liveText.StartsWith(local.Text, StringComparison.Ordinal) ? SameBeginning : 0;
    }
}

/// <summary>An item of a transcript, as it is looked for in the service's list.</summary>
/// <param name="Id">Its id at the service; null when it is not known.</param>
/// <param name="Type">Its type there.</param>
/// <param name="Role">Its role there.</param>
/// <param name="Text">Its text there.</param>
/// <param name="MayGoOn">True when the service may have more of it: an answer that was stopped while it came.</param>
internal sealed record AlignedItem(string? Id, string Type, string? Role, string Text, bool MayGoOn);
