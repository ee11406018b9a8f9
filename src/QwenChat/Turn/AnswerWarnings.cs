using QwenChat.Model;
using QwenChat.Streaming;

namespace QwenChat.Turn;

/// <summary>Warns about answers that ended unexpectedly.</summary>
internal static class AnswerWarnings
{
    // The user set or knows these limits, so the state Incomplete is sufficient.
    private static readonly HashSet<string> s_limits = ["length", "max_tokens", "max_output_tokens", "content_filter"];

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
