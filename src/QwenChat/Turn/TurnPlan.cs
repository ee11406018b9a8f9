using QwenChat.Model;
using QwenChat.Policy;

namespace QwenChat.Turn;

/// <summary>What one request carries of a conversation, and where the service's own history is continued.</summary>
/// <param name="Selection">What the policy selected: the turns that the model sees word for word, a summary, recalled turns.</param>
/// <param name="Sent">The turns that are sent along; those before them are at the service, or left out.</param>
/// <param name="Anchor">The state at the service that is continued; null when there is none.</param>
/// <param name="Lost">True when the service had state for these turns that it no longer has.</param>
internal sealed record TurnPlan(ContextSelection Selection, HistorySlice Sent, ServerState? Anchor, bool Lost)
{
    /// <summary>The turns before this one.</summary>
    public TurnPath Path => Sent.Path;

    /// <summary>The conversation object that the turn is sent to; null where there is none.</summary>
    public string? ConversationId { get; init; }

    /// <summary>Whether the request leaves nothing at the service, where the history is otherwise kept.</summary>
    public bool IsDetached { get; init; }

    /// <summary>How many turns were added to that object again for this one.</summary>
    public int TurnsAddedAgain { get; init; }

    /// <summary>How the request to that object is told from others.</summary>
    public Delivery Delivery { get; init; } = new();

    /// <summary>Plans the next turn of a conversation.</summary>
    /// <param name="api">Who keeps the history.</param>
    /// <param name="path">The turns so far.</param>
    /// <param name="stateless">True when the service is to keep nothing.</param>
    /// <param name="address">The address the request goes to; state does not move between addresses.</param>
    /// <param name="now">Now.</param>
    /// <param name="selection">What the policy selected. A chain that began at another turn is not continued.</param>
    public static TurnPlan Make(QwenApi api, TurnPath path, bool stateless, string address, DateTimeOffset now, ContextSelection selection)
    {
        bool lost = false;
        for (int i = path.Count - 1; i >= selection.First && api == QwenApi.Responses && !stateless; i--)
        {
            // A chain has the summary that it began with.
            if (path[i].Server is not { } server || server.First != selection.First || (path[i].Sent?.Summarized ?? 0) != selection.Summarized)
                continue;
            if (server.Address == address && now < server.ExpiresAt)
                return new TurnPlan(selection, new HistorySlice(path, i + 1), server, lost);
            lost = true;
        }
        return new TurnPlan(selection, new HistorySlice(path, selection.First), null, lost);
    }

    /// <summary>The same turn with all turns sent along: the service does not know the id.</summary>
    public TurnPlan WithoutServer() => this with { Sent = new HistorySlice(Path, Selection.First), Anchor = null, Lost = true };

    public QwenContext ToContext(bool prefixBroken) => new()
    {
        TurnsVerbatim = Path.Count - Selection.First,
        TurnsSent = Path.Count - Sent.From + TurnsAddedAgain,
        Rebuilt = Lost,
        PrefixBroken = prefixBroken,
    };
}
