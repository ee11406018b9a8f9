using QwenChat.Policy;

namespace QwenChat.Turn;

/// <summary>The second step of a turn: selects the content of the request, and prepares the service for it.</summary>
internal static class TurnPlanning
{
    /// <summary>Selects the content. Makes additional calls if the policy requires them. Does not change the service or the transcript.</summary>
    /// <exception cref="QwenException">The turn would exceed a limit.</exception>
    public static async ValueTask<PlannedTurn> SelectAsync(PlannedTurn planned, CancellationToken cancellation)
    {
        var (prepared, scope, before) = (planned.Prepared, planned.Scope, planned.Plan.Selection);
        var selection = await prepared.Context.SelectAsync(before, prepared.Said, cancellation).ConfigureAwait(false);
        if (selection != before)
            planned = planned with { Plan = planned.Plan with { Selection = selection } };
        if (before.ToSummarize > 0 || selection.Recalled is not null)
            prepared.Bill.Check(planned.EstimateInput);
        if (DroppedMiddle.MayBePassed(scope.Conversation, prepared.Facts)
            && DroppedMiddle.Warning(scope.Api, prepared.Facts, planned.EstimateInput()) is { } warning
            && scope.Conversation.WarnOnce("responses window " + prepared.Model))
            scope.Notices.Warn(warning);
        if (prepared.Context.TierWarning(planned.EstimateInput) is { } dearer && scope.Conversation.WarnOnce("price tier " + prepared.Model))
            scope.Notices.Warn(dearer);
        return planned;
    }

    /// <summary>Determines the state from which the request continues. May change state on the service, and add items found there to the transcript.</summary>
    public static async ValueTask<PlannedTurn> PlanAsync(PlannedTurn planned, CancellationToken cancellation)
    {
        var plan = await planned.Prepared.History.PlanAsync(planned.Plan, cancellation).ConfigureAwait(false);
        var prepared = planned.Prepared;
        // Planning may have found more pending items in a conversation object. With other APIs, items that were added after the preparation belong to the
        // next turn.
        return planned with { Plan = plan, Prepared = prepared.History.SendsPending
            ? prepared : prepared with { Waiting = planned.Scope.Conversation.Pending } };
    }
}
