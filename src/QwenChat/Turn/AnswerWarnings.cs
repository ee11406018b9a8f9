using QwenChat.Model;
using QwenChat.Streaming;

namespace QwenChat.Turn;

/// <summary>Warns of answers that ended as a user would not expect.</summary>
internal static class AnswerWarnings
{
    // A limit that the user set or knows: the state Incomplete says enough.
    private static readonly HashSet<string> s_limits = ["length", "max_tokens", "max_output_tokens", "content_filter"];

    public static void Warn(QwenTurn turn, ReplyBuilder answer, NoticeQueue notices)
    {
        if (turn.State == QwenReplyState.Incomplete && answer.FinishReason is null)
            notices.Warn("The answer ended without a finish reason: it may not be whole. The turn was kept as Incomplete.");
        else if (turn.State == QwenReplyState.Incomplete && answer.FinishReason is { } reason && !s_limits.Contains(reason))
            notices.Warn($"The answer may not be whole: the service ended it with '{reason}'.");
        else if (turn.State == QwenReplyState.Completed && turn.Text.Length == 0 && turn.Thinking.Length > 0 && answer.ToolCalls.Count == 0
            && answer.Media.Count == 0)
            notices.Warn(
                "The answer has thinking and no text; the reply's Thinking has it. Where the server takes the answer for thinking, ask with -Thinking On.");
    }
}
