using QwenChat.Model;
using QwenChat.Text;

namespace QwenChat.History;

/// <summary>Reports that state on the service is being rebuilt, and warns before the service deletes state.</summary>
/// <param name="conversation">The conversation.</param>
/// <param name="noRebuild">Whether to report an error instead of rebuilding deleted state.</param>
/// <param name="time">The service's clock.</param>
/// <param name="notices">The queue for notices to the user.</param>
internal sealed class RebuildNotices(QwenConversation conversation, bool noRebuild, TimeProvider time, NoticeQueue notices)
{
    /// <summary>Writes a warning that turns are sent again to rebuild the conversation.</summary>
    /// <exception cref="QwenException">Rebuilding is disabled.</exception>
    public void Announce(string why, int turns)
    {
        if (noRebuild)
        {
            throw new QwenException(QwenErrorKind.StateExpired,
                $"The conversation cannot be continued on the service: {why}. To send its {Quantity.Of(turns, "turn")} again, omit -NoRebuild.");
        }
        notices.Warn($"Rebuilding the conversation because {why}: sending {Quantity.Of(turns, "turn")} again.");
    }

    /// <summary>Warns once when the service will delete state within a day.</summary>
    /// <param name="expiresAt">The time when the state is deleted; null if the time is not known.</param>
    /// <param name="what">The state, as named in the warning.</param>
    public void WarnBefore(DateTimeOffset? expiresAt, string what)
    {
        if (expiresAt is { } expiry && expiry - time.GetUtcNow() < TimeSpan.FromDays(1) && conversation.WarnOnce("expiry"))
            notices.Warn(FormattableString.Invariant($"The service will delete {what} at {expiry:u}. ")
                + "After that, the next message sends the whole transcript again.");
    }
}
