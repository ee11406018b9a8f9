using QwenChat.Model;
using QwenChat.Store;

namespace QwenChat.History;

/// <summary>The settings of a conversation at one moment, and what changes with them, to go back to when a change fails halfway.</summary>
internal sealed class SettingsSnapshot(QwenConversation conversation)
{
    private readonly ConversationSettings _settings = conversation.Settings;
    private readonly SummaryList _summaries = conversation.AllSummaries;
    private readonly QwenSummary? _waitingSummary = conversation.WaitingSummary;
    private readonly int _summaryFailures = conversation.SummaryFailures;
    private readonly int _recallFailures = conversation.RecallFailures;
    private readonly QwenConnection _connection = conversation.Connection;
    private readonly SessionDefaults? _defaults = conversation.Defaults;
    private readonly StoreBinding? _place = conversation.Place;

    /// <summary>Goes back.</summary>
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
