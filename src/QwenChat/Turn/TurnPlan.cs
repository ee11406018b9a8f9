using QwenChat.Model;
using QwenChat.Policy;

namespace QwenChat.Turn;

/// <summary>The part of a conversation that one request contains, and the service state from which it continues.</summary>
/// <param name="Selection">The policy's selection: verbatim turns, a summary, and recalled turns.</param>
/// <param name="Sent">The turns that are sent; earlier turns are on the service or omitted.</param>
/// <param name="Anchor">The state on the service from which the request continues; null for none.</param>
/// <param name="Lost">True if turns are sent again because the service does not have their state.</param>
internal sealed record TurnPlan(SelectedContext Selection, HistorySlice Sent, ServerState? Anchor, bool Lost)
{
    public TurnPath Path => Sent.Path;

    /// <summary>The id of the conversation object that receives the turn; null if no object receives it.</summary>
    public string? ConversationId { get; init; }

    /// <summary>Whether the request bypasses the conversation object in which the service keeps the history.</summary>
    public bool IsDetached { get; init; }

    /// <summary>The number of turns that were added to the conversation object again for this turn.</summary>
    public int TurnsAddedAgain { get; init; }

    /// <summary>The identity and attempts of the request to the conversation object.</summary>
    public IntentAttempts Attempts { get; init; } = new();

    /// <summary>Plans the next turn of a conversation. The request continues only from service state at the same address.</summary>
    public static TurnPlan Make(QwenApi api, TurnPath path, bool stateless, string address, DateTimeOffset now, SelectedContext selection)
    {
        bool lost = false;
        for (int i = path.Count - 1; i >= selection.First && api == QwenApi.Responses && !stateless; i--)
        {
            // A chain of responses contains the summary with which it began, so it cannot be continued with a different summary.
            if (path[i].Server is not { } server || server.First != selection.First || (path[i].Sent?.Summarized ?? 0) != selection.Summarized)
                continue;
            if (server.Address == address && now < server.ExpiresAt)
                return new TurnPlan(selection, new HistorySlice(path, i + 1), server, lost);
            lost = true;
        }
        return new TurnPlan(selection, new HistorySlice(path, selection.First), null, lost);
    }

    /// <summary>Returns a plan that sends all turns again, because the service does not know the response id.</summary>
    public TurnPlan WithoutServer() => this with { Sent = new HistorySlice(Path, Selection.First), Anchor = null, Lost = true };

    public QwenContext ToContext(bool prefixBroken) => new()
    {
        TurnsVerbatim = Path.Count - Selection.First,
        TurnsSent = Path.Count - Sent.From + TurnsAddedAgain,
        Rebuilt = Lost,
        PrefixBroken = prefixBroken,
    };
}
