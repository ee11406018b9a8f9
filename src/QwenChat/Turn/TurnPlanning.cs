using QwenChat.Policy;

namespace QwenChat.Turn;

/// <summary>The second step of a turn: selects what the request carries, and brings the service to where it can be sent.</summary>
internal static class TurnPlanning
{
    /// <summary>Selects, in calls of its own where the policy needs any. The service and the transcript stay as they are.</summary>
    /// <exception cref="QwenException">The turn would pass a limit.</exception>
    public static async Task<PlannedTurn> SelectAsync(PlannedTurn planned, CancellationToken cancellation)
    {
        var (prepared, scope, before) = (planned.Prepared, planned.Scope, planned.Plan.Selection);
        var selection = await prepared.Context.SelectAsync(before, prepared.Said, cancellation).ConfigureAwait(false);
        planned = planned with { Plan = planned.Plan with { Selection = selection } };
        if (before.ToSummarize > 0 || selection.Recalled is not null)
            prepared.Bill.Check(planned.EstimateInput);
        if (ResponsesWindow.MayBePassed(scope.Conversation, prepared.Facts)
            && ResponsesWindow.Warning(scope.Api, prepared.Facts, planned.EstimateInput()) is { } warning
            && scope.Conversation.WarnOnce("responses window " + prepared.Model))
            scope.Notices.Warn(warning);
        if (prepared.Context.TierWarning(planned.EstimateInput) is { } dearer && scope.Conversation.WarnOnce("price tier " + prepared.Model))
            scope.Notices.Warn(dearer);
        return planned;
    }

    /// <summary>Plans where the history is continued. The service may be changed for it, and the transcript by what is found there.</summary>
    public static async Task<PlannedTurn> PlanAsync(PlannedTurn planned, CancellationToken cancellation)
    {
        var plan = await planned.Prepared.History.PlanAsync(planned.Plan, cancellation).ConfigureAwait(false);
        var prepared = planned.Prepared;
        // Items that wait here for the next turn may be added at any time; those of a conversation object are known by now.
        return planned with { Plan = plan, Prepared = prepared.History.SendsPending
            ? prepared : prepared with { Waiting = planned.Scope.Conversation.Pending } };
    }
}
