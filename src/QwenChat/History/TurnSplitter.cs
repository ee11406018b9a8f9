using QwenChat.Model;

namespace QwenChat.History;

/// <summary>Groups items from the service into turns. A turn consists of the input items since the previous reply, and the reply.</summary>
internal static class TurnSplitter
{
    /// <summary>Groups the items into turns, and appends the turns to a path.</summary>
    /// <param name="path">The existing turns.</param>
    /// <param name="items">The items, oldest first.</param>
    /// <param name="createdAt">The creation time to use for items that have none.</param>
    /// <returns>The turns, and the items at the end that are not followed by a reply.</returns>
    public static (TurnPath Path, IReadOnlyList<QwenItem> Loose) Append(TurnPath path, IReadOnlyList<QwenItem> items, DateTimeOffset createdAt)
    {
        int from = 0, inputs = 0;
        for (int i = 0; i < items.Count; i++)
        {
            if (!IsAnswer(items[i]))
            {
                inputs = i + 1 - from;
                continue;
            }
            if (i + 1 < items.Count && IsAnswer(items[i + 1]))
                continue;
            var turn = items.Skip(from).Take(i + 1 - from).ToArray();
            path = path.Append(new QwenTurn(path.Count + 1, turn, inputs) { CreatedAt = turn[^1].CreatedAt ?? createdAt });
            from = i + 1;
            inputs = 0;
        }
        return (path, items.Skip(from).ToArray());
    }

    /// <summary>Returns whether the model produced the item.</summary>
    public static bool IsAnswer(QwenItem item) => item.Role == "assistant" || (item.Role is null && item.Type != "function_call_output");
}
