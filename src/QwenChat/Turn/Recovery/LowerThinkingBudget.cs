using QwenChat.Protocols.Errors;

namespace QwenChat.Turn.Recovery;

/// <summary>The service named the most tokens of thinking that the model takes: asks for that.</summary>
internal sealed class LowerThinkingBudget : ITurnRecovery
{
    /// <inheritdoc/>
    public Task<TurnState?> TryAsync(QwenException failure, PlannedTurn planned, CancellationToken cancellation)
    {
        var (prepared, scope) = (planned.Prepared, planned.Scope);
        if (ErrorReader.LargestThinkingBudget(failure) is not { } most || !(prepared.Options.ThinkingBudget > most))
            return Task.FromResult<TurnState?>(null);
        scope.Notices.Warn(
            $"{prepared.Model} thinks for at most {most} tokens; -ThinkingBudget {prepared.Options.ThinkingBudget} is lowered to that.");
        // A budget of the conversation's own would be refused again with every turn.
        if (scope.Request.Options is not { ThinkingBudget: not null } and not { Model: not null })
            scope.Conversation.Options = scope.Conversation.Options with { ThinkingBudget = most };
        return Task.FromResult<TurnState?>(planned with { Prepared = prepared with { Options = prepared.Options with { ThinkingBudget = most } } });
    }
}
