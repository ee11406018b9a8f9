using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Store;

namespace QwenChat.History;

/// <summary>A snapshot of a conversation's settings and dependent state, which is restored if a change fails partway through.</summary>
internal sealed class SettingsSnapshot(QwenConversation conversation)
{
    private readonly ConversationSettings _settings = conversation.Settings;
    private readonly SummaryList _summaries = conversation.AllSummaries;
    private readonly QwenSummary? _waitingSummary = conversation.WaitingSummary;
    private readonly CallFailures _summaryFailures = conversation.SummaryFailures;
    private readonly CallFailures _recallFailures = conversation.RecallFailures;
    private readonly QwenConnection _connection = conversation.Connection;
    private readonly SessionDefaults? _defaults = conversation.Defaults;
    private readonly StoreBinding? _place = conversation.Place;

    public void Restore()
    {
        conversation.Change(_ => _settings);
        conversation.ReplaceSummaries(_summaries);
        conversation.WaitingSummary = _waitingSummary;
        conversation.SummaryFailures = _summaryFailures;
        conversation.RecallFailures = _recallFailures;
        conversation.Connection = _connection;
        conversation.Defaults = _defaults;
        conversation.Place = _place;
    }
}
