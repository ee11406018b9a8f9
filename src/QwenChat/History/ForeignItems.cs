using QwenChat.Model;

namespace QwenChat.History;

/// <summary>
/// Adds items from a conversation object to the transcript if another session sent them, or if the service processed an abandoned request late. The model
/// sees these items, so the transcript must contain them in the same position.
/// </summary>
internal static class ForeignItems
{
    /// <summary>
    /// Adds the items to the transcript, as separate turns or as pending items. Replies that the service completed after a stop become part of their
    /// turns.
    /// </summary>
    /// <returns>The number of items from other sessions.</returns>
    public static int TakeIn(QwenConversation conversation, RemoteConversation held, RemoteListing listing, DateTimeOffset now)
    {
        if (!listing.HasOthers)
            return 0;
        int taken = 0, next = 0, kept = 0;
        bool isChanged = false;
        var turns = conversation.Path;
        var pending = conversation.Pending;
        var waits = new HashSet<QwenItem>(pending, ReferenceEqualityComparer.Instance);
        var placed = new HashSet<QwenItem>(ReferenceEqualityComparer.Instance);
        var path = new TurnPath();
        foreach (var turn in turns.From(0))
        {
            int[] places = [.. turn.Items.Select(listing.PlaceOf).Where(place => place >= 0)];
            int first = places.DefaultIfEmpty(next).Min(), last = places.DefaultIfEmpty(next - 1).Max();
            var others = Between(next, first);
            var (items, inputs) = Within(turn, first);
            taken += others.Concat(items.Except(turn.Items)).Count(item => !waits.Contains(item));
            if (listing.FinishedAnswers.TryGetValue(turn, out int[]? finished))
            {
                items = [.. items, .. finished.Select(Hold)];
                last = finished[^1];
            }
            next = Math.Max(next, last + 1);
            isChanged |= taken > 0 || finished is not null;
            if (!isChanged)
            {
                // Turns before the first change are reused, because stores and branches share them.
                path = turns.Take(++kept);
                continue;
            }
            path = Append(path, others);
            path = path.Append(turn.With(path.Count + 1, items.Length == turn.Items.Count ? turn.Items : items, inputs, turn.Server));
        }
        var (end, waiting, count) = TakeEnd(path, next);
        taken += count;
        if (isChanged || taken > 0)
            conversation.MoveTo(end, waiting);
        return taken;

        // Returns the items of other sessions in a range of the list, and the local pending items between them. Another session has answered or will
        // answer these pending items.
        List<QwenItem> Between(int from, int before)
        {
            var items = new List<QwenItem>();
            if (!Enumerable.Range(from, Math.Max(0, before - from)).Any(place => !listing.IsKnown(place)))
                return items;
            for (int i = from; i < before; i++)
            {
                if (!listing.IsKnown(i))
                    items.Add(Hold(i));
                else if (listing.OwnerOf(i) is { } own && waits.Contains(own))
                    items.Add(own);
            }
            placed.UnionWith(items);
            return items;
        }

        // Returns the items of a turn, including items of other sessions that were added between its pending items and its message.
        (QwenItem[] Items, int Inputs) Within(QwenTurn turn, int from)
        {
            var items = new List<QwenItem>();
            int inputs = turn.InputCount;
            for (int i = 0; i < turn.Items.Count; i++)
            {
                if (listing.PlaceOf(turn.Items[i]) is >= 0 and int place)
                {
                    var others = Between(from, place);
                    items.AddRange(others);
                    from = Math.Max(from, place + 1);
                    if (i <= turn.InputCount)
                        inputs += others.Count;
                }
                items.Add(turn.Items[i]);
            }
            return ([.. items], inputs);
        }

        QwenItem Hold(int place)
        {
            var item = listing.Live[place];
            held.Hold(item, item.Id, item.CreatedAt ?? now);
            return item;
        }

        TurnPath Append(TurnPath before, List<QwenItem> others)
        {
            var (after, loose) = TurnSplitter.Append(before, others, now);
            return loose.Count == 0 ? after : after.Append(new QwenTurn(after.Count + 1, loose, loose.Count) { CreatedAt = now });
        }

        // After the last turn, pending items may be between items from other sessions. Pending items that precede a reply from another session become part
        // of the turn with that reply.
        (TurnPath Path, QwenItem[] Pending, int Taken) TakeEnd(TurnPath before, int from)
        {
            var items = new List<QwenItem>();
            int others = 0, answered = 0, first = 0;
            for (int i = from; i < listing.Live.Count; i++)
            {
                if (listing.OwnerOf(i) is { } own)
                {
                    // Pending items that the service has lost keep their position among the pending items.
                    if (waits.Contains(own))
                    {
                        for (; first < pending.Count && pending[first] != own; first++)
                        {
                            if (listing.PlaceOf(pending[first]) < 0 && !placed.Contains(pending[first]))
                                items.Add(pending[first]);
                        }
                    }
                    items.Add(own);
                }
                else if (!listing.IsKnown(i))
                {
                    items.Add(Hold(i));
                    others++;
                    if (TurnSplitter.IsAnswer(items[^1]))
                        answered = items.Count;
                }
            }
            // Items after the last reply become a separate turn, up to the first local pending item. The remaining items become pending.
            while (answered < items.Count && !waits.Contains(items[answered]))
                answered++;
            var after = Append(before, items[..answered]);
            var waiting = items.Skip(answered).ToList();
            placed.UnionWith(items);
            waiting.AddRange(pending.Where(item => !placed.Contains(item)));
            return (after, [.. waiting], others);
        }
    }
}
