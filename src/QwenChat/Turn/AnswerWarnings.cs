using QwenChat.Model;
using QwenChat.Protocols.Tools;
using QwenChat.Streaming;

namespace QwenChat.Turn;

/// <summary>Warns about answers that ended unexpectedly.</summary>
internal static class AnswerWarnings
{
    // Finish reasons for which the Incomplete state is sufficient and no warning is needed: token limits and the content filter.
    private static readonly HashSet<string> s_expectedReasons = ["length", "max_tokens", "max_output_tokens", "content_filter"];

    /// <summary>
    /// Warns if the model has not searched the knowledge base in this turn or an earlier turn. The service ignores an unknown knowledge base without an error
    /// (wire §16).
    /// </summary>
    public static void WarnOfKnowledgeBase(SentTurn sent, QwenTurn turn)
    {
        var (prepared, scope) = (sent.Planned.Prepared, sent.Planned.Scope);
        string? id = prepared.Options.KnowledgeBase;
        if (!ServiceTools.Of(prepared.Options).HasFlag(QwenBuiltInTool.FileSearch) || turn.State != QwenReplyState.Completed
            || SearchesFiles(turn) || sent.Planned.Plan.Path.From(0).Any(SearchesFiles) || !scope.Conversation.WarnOnce("knowledge base " + id))
            return;
        scope.Notices.Warn($"The model has not searched the knowledge base '{id}'. Either no search was needed, or the id is unknown: "
            + "the service ignores an unknown id without an error. Check the id, or request the search in the message.");
    }

    private static bool SearchesFiles(QwenTurn turn) =>
        turn.Usage?.Tools?.FileSearch > 0 || turn.ServiceToolCalls.Any(call => call.Kind == nameof(QwenBuiltInTool.FileSearch));

    public static void Warn(QwenTurn turn, ReplyBuilder answer, NoticeQueue notices)
    {
        if (turn.State == QwenReplyState.Incomplete && answer.FinishReason is null)
            notices.Warn("The reply ended without a finish reason, so it may be incomplete. The turn was kept in the Incomplete state.");
        else if (turn.State == QwenReplyState.Incomplete && answer.FinishReason is { } reason && !s_expectedReasons.Contains(reason))
            notices.Warn($"The reply may be incomplete: the service ended it with the finish reason '{reason}'.");
        else if (turn.State == QwenReplyState.Completed && turn.Text.Length == 0 && turn.Thinking.Length > 0 && answer.ToolCalls.Count == 0
            && answer.Media.Count == 0)
            notices.Warn(
                "The reply contains only thinking, which is in its Thinking property. If that text is the answer, use "
                    + "-Thinking On, so that the server separates the answer from the thinking.");
    }
}
