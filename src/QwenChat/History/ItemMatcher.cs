using QwenChat.Model;

namespace QwenChat.History;

/// <summary>
/// Matches the items of a transcript with the items that the service lists: first by id, then, between two id matches, by role and text in order.
/// Responses do not contain the ids of input items. If the certain id (<see cref="AlignedItem.IsCertain"/>) of an item is not listed, the item was
/// removed, or another session has rebuilt the conversation object. Text matches for this item therefore have the lowest priority.
/// </summary>
internal sealed class ItemMatcher
{
    private const int SameText = 6;
    private const int SameMark = 4;
    private const int SameBeginning = 3;
    private const int SameTextAsGone = 2;
    private const int SameBeginningAsGone = 1;

    /// <summary>The maximum number of pairs to compare. Longer lists are matched in one pass.</summary>
    private const long MaximumPairs = 1_000_000;

    private readonly IReadOnlyList<AlignedItem> _transcript;
    private readonly IReadOnlyList<QwenItem> _live;
    private readonly string[] _texts;
    private readonly int[] _liveOf;
    private readonly bool[] _isTaken;

    private ItemMatcher(IReadOnlyList<AlignedItem> transcript, IReadOnlyList<QwenItem> live)
    {
        _transcript = transcript;
        _live = live;
        _texts = live.Select(item => item.Text).ToArray();
        _isTaken = new bool[live.Count];
        _liveOf = new int[transcript.Count];
        Array.Fill(_liveOf, -1);
    }

    /// <summary>Returns the index of a transcript item in the service's list; -1 if it is not listed.</summary>
    public int LiveOf(int local) => _liveOf[local];

    /// <summary>Aligns a transcript with the service's list, both oldest first.</summary>
    public static ItemMatcher Of(IReadOnlyList<AlignedItem> transcript, IReadOnlyList<QwenItem> live, CancellationToken cancellation = default)
    {
        var alignment = new ItemMatcher(transcript, live);
        alignment.MatchIds();
        int from = 0, liveFrom = 0;
        foreach (int i in alignment.FindAnchors().Append(transcript.Count))
        {
            int at = i == transcript.Count ? live.Count : alignment._liveOf[i];
            alignment.MatchTexts(from, i, liveFrom, at, cancellation);
            (from, liveFrom) = (i + 1, at + 1);
        }
        alignment.MatchBeginnings();
        return alignment;
    }

    private void MatchIds()
    {
        // An id that several items share does not identify any of them.
        var byId = _live.Select((item, place) => (item.Id, place)).Where(one => one.Id is not null).GroupBy(one => one.Id!, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Count() == 1 ? group.First().place : -1, StringComparer.Ordinal);
        for (int i = 0; i < _transcript.Count; i++)
        {
            if (_transcript[i].Id is { } id && byId.TryGetValue(id, out int at) && at >= 0 && !_isTaken[at])
            {
                _liveOf[i] = at;
                _isTaken[at] = true;
            }
        }
    }

    /// <summary>Finds the longest sequence of id matches that are in the same order in both lists.</summary>
    private List<int> FindAnchors()
    {
        var ends = new List<int>();
        var before = new int[_transcript.Count];
        for (int i = 0; i < _transcript.Count; i++)
        {
            if (_liveOf[i] < 0)
                continue;
            int at = ends.FindIndex(end => _liveOf[end] > _liveOf[i]) is >= 0 and int place ? place : ends.Count;
            before[i] = at == 0 ? -1 : ends[at - 1];
            if (at == ends.Count)
                ends.Add(i);
            else
                ends[at] = i;
        }
        var anchors = new List<int>();
        for (int i = ends.Count == 0 ? -1 : ends[^1]; i >= 0; i = before[i])
            anchors.Add(i);
        anchors.Reverse();
        return anchors;
    }

    private void MatchTexts(int from, int end, int liveFrom, int liveEnd, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (from == end || liveFrom == liveEnd)
            return;
        int[] unknown = [.. Enumerable.Range(from, end - from).Where(i => _liveOf[i] < 0)];
        if ((long)unknown.Length * (liveEnd - liveFrom) <= MaximumPairs)
            MatchBest(unknown, liveFrom, liveEnd, cancellation);
        else
            MatchLong(unknown, liveFrom, liveEnd, cancellation);
    }

    /// <summary>
    /// Finds the common subsequence with the highest total score. An item that matches several listed items is matched with the last one, because older
    /// items expire first.
    /// </summary>
    private void MatchBest(int[] unknown, int liveFrom, int liveEnd, CancellationToken cancellation)
    {
        int rows = unknown.Length, columns = liveEnd - liveFrom;
        var best = new int[rows + 1, columns + 1];
        for (int i = rows - 1; i >= 0; i--)
        {
            cancellation.ThrowIfCancellationRequested();
            for (int j = columns - 1; j >= 0; j--)
            {
                int likeness = Likeness(unknown[i], liveFrom + j);
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
                _liveOf[unknown[i++]] = liveFrom + j++;
        }
    }

    /// <summary>
    /// Matches long lists in linear time, from the end. Each item is matched with the latest listed item that has the same text and precedes the
    /// previously matched item.
    /// </summary>
    private void MatchLong(int[] unknown, int liveFrom, int liveEnd, CancellationToken cancellation)
    {
        var byText = new Dictionary<(string Type, string? Role, string Text), Stack<int>>();
        for (int j = liveFrom; j < liveEnd; j++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_isTaken[j])
                continue;
            var key = (_live[j].Type, _live[j].Role, _texts[j]);
            if (!byText.TryGetValue(key, out var places))
                byText[key] = places = new Stack<int>();
            places.Push(j);
        }
        for (int n = unknown.Length - 1; n >= 0; n--)
        {
            cancellation.ThrowIfCancellationRequested();
            var item = _transcript[unknown[n]];
            if (item.Mark is not null)
                continue;
            int end = Math.Min(liveEnd, item.LiveEnd);
            if (item.MayGoOn && end > liveFrom && Likeness(unknown[n], end - 1) > 0)
                _liveOf[unknown[n]] = liveEnd = end - 1;
            else if (byText.TryGetValue((item.Type, item.Role, item.Text), out var places))
            {
                while (places.TryPeek(out int latest) && latest >= end)
                    places.Pop();
                if (places.TryPeek(out int match))
                    _liveOf[unknown[n]] = liveEnd = match;
            }
        }
    }

    private int Likeness(int i, int j)
    {
        var (local, live) = (_transcript[i], _live[j]);
        if (_isTaken[j])
            return 0;
        if (local.Mark is not null)
            return WriteIntent.MarkOf(live) == local.Mark ? SameMark : 0;
        if (j >= local.LiveEnd || local.Type != live.Type || local.Role != live.Role)
            return 0;
        bool isGone = local is { IsCertain: true, Id: not null };
        if (local.Text == _texts[j])
            return isGone ? SameTextAsGone : SameText;
        if (!local.MayGoOn || local.Text.Length == 0 || !_texts[j].StartsWith(local.Text, StringComparison.Ordinal) || !Follows(i, j))
            return 0;
        return isGone ? SameBeginningAsGone : SameBeginning;
    }

    /// <summary>Matches stopped replies that are still unmatched. A reply is matched if exactly one unmatched listed item begins with its text.</summary>
    private void MatchBeginnings()
    {
        for (int i = 0; i < _transcript.Count; i++)
        {
            var local = _transcript[i];
            if (!local.MayGoOn || _liveOf[i] >= 0 || local.Text.Length == 0)
                continue;
            var matched = _liveOf.Where(at => at >= 0).ToHashSet();
            int[] left = [.. Enumerable.Range(0, Math.Min(_live.Count, local.LiveEnd))
                .Where(j => !matched.Contains(j) && local.Type == _live[j].Type && local.Role == _live[j].Role
                && _texts[j].StartsWith(local.Text, StringComparison.Ordinal)).Take(2)];
            if (left.Length == 1)
                _liveOf[i] = left[0];
        }
    }

    /// <summary>Returns whether the preceding items also match. Without this check, replies that begin with the same few letters would be confused.</summary>
    private bool Follows(int i, int j)
    {
        if (i == 0 || j == 0)
            return i == 0;
        var (before, live) = (_transcript[i - 1], _live[j - 1]);
        return _liveOf[i - 1] == j - 1
            || (before.Type == live.Type && before.Role == live.Role && _texts[j - 1].StartsWith(before.Text, StringComparison.Ordinal));
    }
}

/// <summary>An item of a transcript, with the properties used to find it in the service's list.</summary>
/// <param name="Id">The item's id on the service; null if the id is not known.</param>
/// <param name="Type">The item's type on the service.</param>
/// <param name="Role">The item's role on the service.</param>
/// <param name="Text">The item's text on the service.</param>
/// <param name="MayGoOn">True for a reply that was stopped while it was being received; the service may have more of its text.</param>
internal sealed record AlignedItem(string? Id, string Type, string? Role, string Text, bool MayGoOn)
{
    /// <summary>True if the id is known to be the item's id in the conversation object. The id in a response may differ.</summary>
    public bool IsCertain { get; init; }

    /// <summary>
    /// The exclusive upper bound of the item's index in the service's list. For example, items from before a request are listed before the items of the
    /// request.
    /// </summary>
    public int LiveEnd { get; init; } = int.MaxValue;

    /// <summary>
    /// The hash of the item's text, if the item belongs to a request with an unknown outcome; null for a transcript item. Items of such requests are
    /// included so that the corresponding listed items are not matched with transcript items.
    /// </summary>
    public string? Mark { get; init; }
}
