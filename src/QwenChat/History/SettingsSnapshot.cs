using QwenChat.Model;
using QwenChat.Store;
using QwenChat.Tools;

namespace QwenChat.History;

/// <summary>The settings of a conversation at one moment, to go back to when a change fails halfway.</summary>
internal sealed class SettingsSnapshot(QwenConversation conversation)
{
    private readonly QwenOptions _options = conversation.Options;
    private readonly string? _name = conversation.Name;
    private readonly IReadOnlyDictionary<string, string> _metadata = conversation.Metadata;
    private readonly QwenContextPolicy? _policy = conversation.ContextPolicy;
    private readonly SummaryList _summaries = conversation.AllSummaries;
    private readonly QwenSummary? _waitingSummary = conversation.WaitingSummary;
    private readonly int _summaryFailures = conversation.SummaryFailures;
    private readonly int _recallFailures = conversation.RecallFailures;
    private readonly ToolOptions _tools = conversation.ToolOptions;
    private readonly decimal? _costLimit = conversation.CostLimit;
    private readonly long? _tokenLimit = conversation.TokenLimit;
    private readonly QwenConnection _connection = conversation.Connection;
    private readonly StoreBinding? _place = conversation.Place;

    /// <summary>Goes back.</summary>
    public void Restore()
    {
        conversation.Options = _options;
        conversation.Name = _name;
        conversation.Metadata = _metadata;
        conversation.ContextPolicy = _policy;
        conversation.ReplaceSummaries(_summaries);
        conversation.WaitingSummary = _waitingSummary;
        conversation.SummaryFailures = _summaryFailures;
        conversation.RecallFailures = _recallFailures;
        conversation.ToolOptions = _tools;
        conversation.CostLimit = _costLimit;
        conversation.TokenLimit = _tokenLimit;
        conversation.Connection = _connection;
        conversation.Place = _place;
    }
}
