using QwenChat.Model;
using QwenChat.Turn;

namespace QwenChat.History;

/// <summary>
/// Prepares a conversation object for the next turn: adds missing items, rebuilds an object whose items have expired or are in a different order, and
/// replaces an object that the service no longer has. If rebuilding is disabled, an exception is thrown instead.
/// </summary>
internal sealed class ExpiryRebuild(QwenConversation conversation, RemoteObject remote, RebuildNotices notices, TimeProvider time)
{
    /// <summary>Makes the conversation object match the transcript; rebuilds the object only when necessary.</summary>
    public async Task<TurnPlan> UpdateAsync(TurnPlan before, RemoteConversation held, CancellationToken cancellation)
    {
        if (held.HasUnknownTimes && !await remote.OldestIsLiveAsync(cancellation).ConfigureAwait(false))
            held.IsCertain = false;
        await remote.Look.SettleIfUncertainAsync(cancellation).ConfigureAwait(false);
        if (held.ExpiresAt <= time.GetUtcNow())
            return await RebuildAsync(before, "some or all of its items on the service have expired", cancellation).ConfigureAwait(false);
        if (held.IsOutOfOrder)
            return await RebuildAsync(before, "another session has changed the order of its items", cancellation).ConfigureAwait(false);
        var missing = remote.Missing();
        if (missing.Length > 0)
        {
            if (!remote.IsAtEnd(missing) || Array.Exists(missing, held.HasLost))
                return await RebuildAsync(before, "some of its items are missing on the service", cancellation).ConfigureAwait(false);
            await remote.AddMissingAsync(missing, cancellation).ConfigureAwait(false);
        }
        notices.WarnBefore(held.ExpiresAt, "the oldest items of this conversation");
        return Plan(before, sent: 0, lost: false);
    }

    /// <summary>Creates a new conversation object from the transcript, because the previous object is lost.</summary>
    public async Task<TurnPlan> MakeAgainAsync(TurnPlan before, string why, CancellationToken cancellation)
    {
        notices.Announce(why, conversation.Path.Count);
        return await MakeAsync(before with { Attempts = before.Attempts with { MadeAgain = true } }, lost: true, cancellation).ConfigureAwait(false);
    }

    /// <summary>Creates a conversation object from the transcript.</summary>
    public async Task<TurnPlan> MakeAsync(TurnPlan before, bool lost, CancellationToken cancellation)
    {
        await remote.CreateAsync(cancellation).ConfigureAwait(false);
        return Plan(before, conversation.Path.Count, lost);
    }

    private async Task<TurnPlan> RebuildAsync(TurnPlan before, string why, CancellationToken cancellation)
    {
        notices.Announce(why, conversation.Path.Count);
        return await remote.RebuildAsync(cancellation).ConfigureAwait(false) ? Plan(before, conversation.Path.Count, lost: true)
            : await MakeAsync(before, lost: false, cancellation).ConfigureAwait(false);
    }

    // The request contains no turns, because the conversation object on the service contains all turns.
    private TurnPlan Plan(TurnPlan before, int sent, bool lost) => before with
    {
        Sent = new HistorySlice(conversation.Path, conversation.Path.Count),
        Anchor = null,
        Lost = lost,
        ConversationId = remote.Held!.Id,
        TurnsAddedAgain = sent,
    };
}
