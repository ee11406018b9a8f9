using System.Globalization;
using QwenChat.Catalogue;
using QwenChat.Connection;
using QwenChat.Model;

namespace QwenChat.Turn;

/// <summary>Warnings that are shown once per conversation: the model will go offline, or the model catalog cannot be read.</summary>
internal static class ModelNotices
{
    public static void Tell(QwenModel? model, QwenConversation conversation, NoticeQueue notices)
    {
        if (model?.OfflineDate is not null || ModelCatalogue.Fault is not null)
            Warn(model, conversation, notices);
    }

    private static void Warn(QwenModel? model, QwenConversation conversation, NoticeQueue notices)
    {
        if (ModelCatalogue.Fault is { } fault && conversation.WarnOnce("catalogue"))
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
