using QwenChat.Model;
using QwenChat.Protocols.Tools;
using QwenChat.Streaming;

namespace QwenChat.Turn;

/// <summary>Warns about answers that ended unexpectedly.</summary>
internal static class AnswerWarnings
{
    // The user set or knows these limits, so the state Incomplete is sufficient and no warning is written.
    private static readonly HashSet<string> s_limits = ["length", "max_tokens", "max_output_tokens", "content_filter"];

    /// <summary>
    /// Warns when no search of a knowledge base has returned a result, in this turn or an earlier one: the service ignores an unknown id without an
    /// error (wire §16).
    /// </summary>
    public static void WarnOfKnowledgeBase(SentTurn sent, QwenTurn turn)
    {
        var (prepared, scope) = (sent.Planned.Prepared, sent.Planned.Scope);
        string? id = prepared.Options.KnowledgeBase;
        if (!ServiceTools.Of(prepared.Options).HasFlag(QwenBuiltInTool.FileSearch) || turn.State != QwenReplyState.Completed
            || SearchesFiles(turn) || sent.Planned.Plan.Path.From(0).Any(SearchesFiles) || !scope.Conversation.WarnOnce("knowledge base " + id))
            return;
        scope.Notices.Warn($"No search of the knowledge base '{id}' returned a result. Either the model did not need a search, or the id is unknown: "
            + "the service ignores an unknown id without an error. Check the id, or request the search in the message.");
    }

    private static bool SearchesFiles(QwenTurn turn) =>
        turn.Usage?.Tools?.FileSearch > 0 || turn.ServiceToolCalls.Any(call => call.Kind == nameof(QwenBuiltInTool.FileSearch));

    public static void Warn(QwenTurn turn, ReplyBuilder answer, NoticeQueue notices)
    {
        if (turn.State == QwenReplyState.Incomplete && answer.FinishReason is null)
            notices.Warn("The reply ended without a finish reason, so it may be incomplete. The turn was kept as Incomplete.");
        else if (turn.State == QwenReplyState.Incomplete && answer.FinishReason is { } reason && !s_limits.Contains(reason))
            notices.Warn($"The reply may be incomplete: the service ended it with '{reason}'.");
        else if (turn.State == QwenReplyState.Completed && turn.Text.Length == 0 && turn.Thinking.Length > 0 && answer.ToolCalls.Count == 0
            && answer.Media.Count == 0)
            notices.Warn(
                "The reply contains only thinking, which is in its Thinking property. If the server returns the answer as thinking, use -Thinking On.");
    }
}
