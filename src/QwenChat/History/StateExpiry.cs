using QwenChat.Model;

namespace QwenChat.History;

/// <summary>What the user is told of state that the service forgets: a warning before, and afterwards that turns are sent again, or an error.</summary>
/// <param name="conversation">The conversation.</param>
/// <param name="noRebuild">Whether forgotten state is an error instead of being rebuilt.</param>
/// <param name="time">The service's clock.</param>
/// <param name="notices">What the user is to know.</param>
internal sealed class StateExpiry(QwenConversation conversation, bool noRebuild, TimeProvider time, NoticeQueue notices)
{
    /// <summary>Says that turns are sent again.</summary>
    /// <param name="why">Why.</param>
    /// <param name="turns">How many.</param>
    /// <exception cref="QwenException">Forgotten state is to be an error.</exception>
    public void AnnounceRebuilding(string why, int turns)
    {
        if (noRebuild)
        {
            throw new QwenException(QwenErrorKind.StateExpired,
                $"The conversation cannot be continued at the service: {why}. Without -NoRebuild, its {turns} turns are sent there again.");
        }
        notices.Warn($"Rebuilding the conversation, because {why}: {turns} turn(s) are sent again.");
    }

    /// <summary>Warns once when the service forgets within a day.</summary>
    /// <param name="expiresAt">When it forgets; null where that is not known.</param>
    /// <param name="what">What it forgets.</param>
    public void WarnBefore(DateTimeOffset? expiresAt, string what)
    {
        if (expiresAt is { } expiry && expiry - time.GetUtcNow() < TimeSpan.FromDays(1) && conversation.WarnOnce("expiry"))
            notices.Warn($"The service forgets {what} at {expiry:u}. After that the next message sends the whole transcript again.");
    }
}
