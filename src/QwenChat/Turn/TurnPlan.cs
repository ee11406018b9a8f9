using QwenChat.Model;

namespace QwenChat.Turn;

/// <summary>What one request carries of a conversation: where the service's own history is continued, and what is sent along.</summary>
/// <param name="Path">The turns before this one.</param>
/// <param name="FirstSent">The first of them that is sent along, from 0.</param>
/// <param name="Anchor">The state at the service that is continued; null when there is none.</param>
/// <param name="Lost">True when the service had state for these turns that it no longer has.</param>
internal sealed record TurnPlan(TurnPath Path, int FirstSent, ServerState? Anchor, bool Lost)
{
    /// <summary>The first turn that the model sees word for word, from 0: sent along, or kept by the service.</summary>
    public int First { get; init; }

    /// <summary>The conversation object that the turn is sent to; null where there is none.</summary>
    public string? ConversationId { get; init; }

    /// <summary>How many turns were added to that object again for this one.</summary>
    public int TurnsAddedAgain { get; init; }

    /// <summary>Plans the next turn of a conversation.</summary>
    /// <param name="api">Who keeps the history.</param>
    /// <param name="path">The turns so far.</param>
    /// <param name="stateless">True when the service is to keep nothing.</param>
    /// <param name="address">The address the request goes to; state does not move between addresses.</param>
    /// <param name="now">Now.</param>
    /// <param name="first">The first turn that the model is to see word for word. A chain that began at another one is not continued.</param>
    public static TurnPlan Make(QwenApi api, TurnPath path, bool stateless, string address, DateTimeOffset now, int first = 0)
    {
        bool lost = false;
        for (int i = path.Count - 1; i >= first && api == QwenApi.Responses && !stateless; i--)
        {
            if (path[i].Server is not { } server || server.First != first)
                continue;
            if (server.Address == address && now < server.ExpiresAt)
                return new TurnPlan(path, i + 1, server, lost) { First = first };
            lost = true;
        }
        return new TurnPlan(path, first, null, lost) { First = first };
    }

    /// <summary>The same turn with all turns sent along: the service does not know the id.</summary>
    public TurnPlan WithoutServer() => this with { FirstSent = First, Anchor = null, Lost = true };

    public QwenContext ToContext(bool prefixBroken) => new()
    {
        TurnsVerbatim = Path.Count - First,
        TurnsSent = Path.Count - FirstSent + TurnsAddedAgain,
        Rebuilt = Lost,
        PrefixBroken = prefixBroken,
    };
}
