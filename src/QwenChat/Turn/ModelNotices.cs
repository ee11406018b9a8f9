using System.Globalization;
using QwenChat.Connection;
using QwenChat.Model;

namespace QwenChat.Turn;

/// <summary>Warnings that are shown once per conversation: the model will go offline, or the model catalog cannot be read.</summary>
internal static class ModelNotices
{
    /// <summary>Writes the warnings of a turn.</summary>
    /// <param name="model">The model's catalog entry; null for an unknown model.</param>
    /// <param name="fault">The reason that a catalog file was ignored; null if no file was ignored.</param>
    /// <param name="conversation">The conversation.</param>
    /// <param name="notices">The queue for messages to the user.</param>
    public static void Tell(QwenModel? model, string? fault, QwenConversation conversation, NoticeQueue notices)
    {
        if (fault is not null && conversation.WarnOnce("catalogue"))
            notices.Warn(fault);
        if (model?.OfflineDate is not { } last || !conversation.WarnOnce("offline " + model.Id))
            return;
        var today = DateOnly.FromDateTime(ServiceClock.Of(conversation.Connection.Address).GetUtcNow().UtcDateTime);
        int days = last.DayNumber - today.DayNumber;
        string day = last.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        string when = days switch
        {
            > 1 => string.Create(CultureInfo.InvariantCulture, $"goes offline on {day}, in {days} days"),
            1 => $"goes offline tomorrow, on {day}",
            0 => $"goes offline today, on {day}",
            _ => $"went offline on {day}",
        };
        notices.Warn($"{model.Id} {when}, as announced by the service. To see the available models, use Get-QwenModel -Online.");
    }
}
