using QwenChat.Model;
using QwenChat.Protocols.Conversations;

namespace QwenChat.History;

/// <summary>The items of a conversation object at one point in time, matched with the transcript.</summary>
internal sealed class RemoteListing
{
    private readonly Dictionary<QwenItem, int> _places = new(ReferenceEqualityComparer.Instance);
    private readonly QwenItem?[] _owners;
    private readonly bool[] _isKnown;

    private RemoteListing(IReadOnlyList<QwenItem> live)
    {
        Live = live;
        _owners = new QwenItem?[live.Count];
        _isKnown = new bool[live.Count];
    }

    /// <summary>The items, oldest first.</summary>
    public IReadOnlyList<QwenItem> Live { get; }

    /// <summary>The stopped turns whose replies are longer on the service than in the transcript, each with the service's text.</summary>
    public List<(QwenTurn Turn, string Text)> LongerAnswers { get; } = [];

    /// <summary>Turns that were stopped before any reply text arrived and whose replies the service completed, with the positions of the replies.</summary>
    public Dictionary<QwenTurn, int[]> FinishedAnswers { get; } = [];

    /// <summary>Whether a reply in the transcript is incomplete on the service.</summary>
    public bool HasParts { get; private set; }

    /// <summary>Whether the conversation object contains items that match neither the transcript nor a request with an unknown outcome.</summary>
    public bool HasOthers => Array.Exists(_isKnown, known => !known);

    public static RemoteListing Of(QwenConversation conversation, RemoteConversation held, IReadOnlyList<QwenItem> live, CancellationToken cancellation)
    {
        var listing = new RemoteListing(live);
        var items = new List<(QwenItem Item, QwenTurn? Turn, bool MayGoOn)>();
        foreach (var turn in conversation.Path.From(0))
        {
            for (int i = 0; i < turn.Items.Count; i++)
                items.Add((turn.Items[i], turn, turn.State == QwenReplyState.Interrupted && i >= turn.InputCount));
        }
        items.AddRange(conversation.Pending.Select(item => (item, (QwenTurn?)null, false)));
        var described = items.Select(one => Describe(held, one.Item, one.MayGoOn)).ToArray();
        // An item that existed before a request precedes the items of the request.
        foreach (string after in held.Intents.Select(intent => intent.After).OfType<string>())
        {
            int last = Array.FindLastIndex(described, item => item.Id == after), end = listing.PlaceOf(after) + 1;
            for (int i = 0; i <= last && end > 0; i++)
                described[i] = described[i] with { LiveEnd = Math.Min(described[i].LiveEnd, end) };
        }
        // The items of requests with unknown outcomes follow the items of the transcript.
        var open = held.Intents.SelectMany(intent => intent.Marks).Select(mark => new AlignedItem(null, "", null, "", false) { Mark = mark });
        var alignment = ItemMatcher.Of(described.Concat(open).ToArray(), live, cancellation);
        for (int i = 0; i < items.Count; i++)
        {
            if (alignment.LiveOf(i) is >= 0 and int at)
                listing.Take(items[i].Item, items[i].Turn, at);
        }
        listing.TakeMoved(held, items);
        foreach (var turn in conversation.Path.From(0))
            listing.FindFinished(turn);
        return listing;
    }

    /// <summary>Returns whether the service lists the items of the transcript in a different order, for example after a rebuild by another session.</summary>
    public bool IsOutOfOrder(IEnumerable<QwenItem> transcript)
    {
        var places = new Dictionary<QwenItem, int>(_places, ReferenceEqualityComparer.Instance);
        for (int i = 0; i < Live.Count; i++)
            places.TryAdd(Live[i], i);
        int last = -1;
        foreach (var item in transcript)
        {
            if (!places.TryGetValue(item, out int at))
                continue;
            if (at < last)
                return true;
            last = at;
        }
        return false;
    }

    /// <summary>Returns the transcript item that matches the listed item at an index; null if no transcript item matches.</summary>
    public QwenItem? OwnerOf(int place) => _owners[place];

    /// <summary>Returns whether the listed item at an index matches the transcript or a request with an unknown outcome.</summary>
    public bool IsKnown(int place) => _isKnown[place];

    /// <summary>Returns the index of a transcript item in the list; -1 if it is not listed.</summary>
    public int PlaceOf(QwenItem item) => _places.GetValueOrDefault(item, -1);

    /// <summary>
    /// Finds the items that a request with an unknown outcome has added, and the reply that follows them. Items and replies in the transcript are ignored.
    /// </summary>
    /// <returns>The indexes of the items and the reply; empty if they were not found.</returns>
    public int[] Find(WriteIntent intent)
    {
        if (intent.ItemIds.Count > 0)
            return Enumerable.Range(0, Live.Count).Where(i => !_isKnown[i] && Live[i].Id is { } id && intent.ItemIds.Contains(id)).ToArray();
        int first = intent.After is null ? 0 : PlaceOf(intent.After) + 1;
        for (int from = Live.Count - intent.Marks.Count; from >= first && intent.Marks.Count > 0; from--)
        {
            if (!Matches(intent, from, isKnown: false))
                continue;
            int end = from + intent.Marks.Count;
            while (intent.IsTurn && end < Live.Count && !_isKnown[end] && TurnSplitter.IsAnswer(Live[end]))
                end++;
            return Enumerable.Range(from, end - from).ToArray();
        }
        return [];
    }

    /// <summary>Returns whether the items of a request with an unknown outcome match transcript items. They match if the turn was stopped and kept.</summary>
    public bool HasTaken(WriteIntent intent)
    {
        int first = intent.After is null ? 0 : PlaceOf(intent.After) + 1;
        return intent.Marks.Count > 0
            && Enumerable.Range(first, Math.Max(0, Live.Count - intent.Marks.Count + 1 - first)).Any(from => Matches(intent, from, isKnown: true));
    }

    private bool Matches(WriteIntent intent, int from, bool isKnown) =>
        Enumerable.Range(0, intent.Marks.Count).All(i => _isKnown[from + i] == isKnown && WriteIntent.MarkOf(Live[from + i]) == intent.Marks[i]);

    /// <summary>Marks items as known, so that they do not count as items of other sessions.</summary>
    public void Explain(IEnumerable<int> places)
    {
        foreach (int place in places)
            _isKnown[place] = true;
    }

    /// <summary>
    /// Finds the reply of a turn that was stopped before its text arrived. Without text, only its position after the message of the turn identifies the
    /// reply.
    /// </summary>
    private void FindFinished(QwenTurn turn)
    {
        if (turn.State != QwenReplyState.Interrupted || turn.Items.Skip(turn.AnswerStart).Any(item => item.Type == "message"))
            return;
        int end = turn.Items.Max(PlaceOf) + 1;
        if (end == 0)
            return;
        while (end < Live.Count && TurnSplitter.IsAnswer(Live[end]) && _owners[end] is null && Live[end].Type != "message")
            end++;
        int from = end;
        while (end < Live.Count && TurnSplitter.IsAnswer(Live[end]) && !_isKnown[end])
            end++;
        if (end > from)
            FinishedAnswers.Add(turn, [.. Enumerable.Range(from, end - from)]);
    }

    /// <summary>
    /// Finds items that another session has moved by rebuilding the conversation object in a different order. The ids of moved items no longer exist, but
    /// their text is listed elsewhere with new ids.
    /// </summary>
    private void TakeMoved(RemoteConversation held, List<(QwenItem Item, QwenTurn? Turn, bool MayGoOn)> items)
    {
        // A conversation that was just read from a store has no service ids yet.
        bool knowsNone = !items.Exists(one => held.Find(one.Item) is { Id: not null });
        var gone = items.Where(one => !_places.ContainsKey(one.Item)
            && (knowsNone || held.HasLost(one.Item) || held.Find(one.Item) is { Id: not null, IsListed: true })).ToArray();
        if (gone.Length == 0 || !HasOthers)
            return;
        var strays = held.Intents.SelectMany(Find).ToHashSet();
        // Only unique texts count, because repeated text does not identify an item.
        var once = Enumerable.Range(0, Live.Count).GroupBy(place => WriteIntent.MarkOf(Live[place])).Where(group => group.Count() == 1)
            .ToDictionary(group => group.Key, group => group.First());
        foreach (var (item, turn, _) in gone)
        {
            if (once.TryGetValue(WriteIntent.MarkOf(ServiceForm.Of(item) ?? item), out int place) && !_isKnown[place] && !strays.Contains(place))
                Take(item, turn, place);
        }
        TakeParts(gone.Select(one => one.Item).ToHashSet(ReferenceEqualityComparer.Instance), strays, items);
    }

    /// <summary>
    /// Finds lost replies of which the service lists only the beginning, directly after the preceding transcript item. This happens if another session
    /// stopped the reply and then rebuilt the conversation object with the part it had received.
    /// </summary>
    private void TakeParts(HashSet<object?> gone, HashSet<int> strays, List<(QwenItem Item, QwenTurn? Turn, bool MayGoOn)> items)
    {
        for (int i = 1; i < items.Count; i++)
        {
            var (item, turn, _) = items[i];
            int place = PlaceOf(items[i - 1].Item) + 1;
            if (item.Role != "assistant" || !gone.Contains(item) || PlaceOf(item) >= 0 || place == 0 || place == Live.Count)
                continue;
            bool isPart = Live[place] is { Role: "assistant", Text: { Length: > 0 } part } && item.Text.StartsWith(part, StringComparison.Ordinal);
            if (!isPart || _isKnown[place] || strays.Contains(place))
                continue;
            Take(item, turn, place);
            HasParts = true;
        }
    }

    private int PlaceOf(string itemId)
    {
        for (int i = 0; i < Live.Count; i++)
        {
            if (Live[i].Id == itemId)
                return i;
        }
        return -1;
    }

    private void Take(QwenItem item, QwenTurn? turn, int place)
    {
        _owners[place] = item;
        _places[item] = place;
        _isKnown[place] = true;
        if (turn is null)
            return;
        // Items after the message belong to the reply if they are not messages, for example a search that was skipped when the response was read.
        for (int next = place + 1; next < Live.Count && !_isKnown[next] && TurnSplitter.IsAnswer(Live[next]) && Live[next].Type != "message"; next++)
            _isKnown[next] = true;
        if (turn.State == QwenReplyState.Interrupted && item.Role == "assistant" && Live[place].Text is { } text && text.Length > item.Text.Length)
            LongerAnswers.Add((turn, text));
    }

    private static AlignedItem Describe(RemoteConversation held, QwenItem item, bool mayGoOn)
    {
        var form = ServiceForm.Of(item) ?? item;
        var known = held.Find(item);
        return new AlignedItem(known?.Id ?? item.Id, form.Type, form.Role, form.Text, mayGoOn)
        {
            IsCertain = known is { Id: not null } sure && (sure.IsListed || held.AnswersNameItems),
        };
    }
}
