using QwenChat.Protocols.Errors;

namespace QwenChat.Turn.Recovery;

/// <summary>Lowers the thinking budget to the maximum that the service reported for the model.</summary>
internal sealed class LowerThinkingBudget : ITurnRecovery
{
    /// <inheritdoc/>
    public Task<TurnState?> TryAsync(QwenException failure, PlannedTurn planned, CancellationToken cancellation)
    {
        var (prepared, scope) = (planned.Prepared, planned.Scope);
        if (ErrorReader.LargestThinkingBudget(failure) is not { } most || !(prepared.Options.ThinkingBudget > most))
            return Task.FromResult<TurnState?>(null);
        scope.Notices.Warn(
            $"{prepared.Model} supports at most {most} tokens of thinking. -ThinkingBudget {prepared.Options.ThinkingBudget} is lowered to this maximum.");
        // The conversation's own budget is lowered too, because it would be rejected again with every turn.
        if (scope.Request.Options is not { ThinkingBudget: not null } and not { Model: not null })
            scope.Conversation.Options = scope.Conversation.Options with { ThinkingBudget = most };
        return Task.FromResult<TurnState?>(planned with { Prepared = prepared with { Options = prepared.Options with { ThinkingBudget = most } } });
    }
}
