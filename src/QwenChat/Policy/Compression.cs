using System.Globalization;
using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Saving;

namespace QwenChat.Policy;

/// <summary>Summarises the older turns of a conversation because someone says so, whatever its policy would wait for.</summary>
/// <param name="conversation">The conversation.</param>
/// <param name="policy">How many turns stay, and how the summary is written.</param>
/// <param name="summarizer">Writes it.</param>
/// <param name="notices">Where is said what the store could not take.</param>
internal sealed class Compression(QwenConversation conversation, QwenContextPolicy policy, Summarizer summarizer, NoticeQueue notices)
{
    /// <summary>What would be summarised, in a line; null when there is nothing.</summary>
    /// <exception cref="QwenException">The conversation's API allows no summary.</exception>
    public string? Preview()
    {
        if (Range() is not { } range)
            return null;
        var path = conversation.Path;
        var estimate = new TokenEstimate(conversation.ApiKind, path);
        long tokens = path.Take(range.Through).From(range.From).Sum(estimate.OfTurn);
        return string.Create(CultureInfo.InvariantCulture,
            $"Summarise turns {range.From + 1} to {range.Through} of conversation {conversation}, about {tokens:N0} tokens, "
                + $"with {policy.SummaryModel ?? conversation.Model}; the {path.Count - range.Through} turn(s) behind them stay as they are");
    }

    /// <summary>Summarises. Null when there is nothing to summarise.</summary>
    /// <exception cref="QwenException">The call failed, or gave no summary; nothing has changed then.</exception>
    public async Task<QwenSummary?> CarryOutAsync(CancellationToken cancellation)
    {
        using var claim = await conversation.Claims.ForChangeAsync(cancellation).ConfigureAwait(false);
        if (Range() is not { } range)
            return null;
        var path = conversation.Path;
        var summary = await summarizer.WriteAsync(
            policy, conversation.Model, conversation.Options.Instructions, path, conversation.Summary, range.Through,
            new TokenEstimate(conversation.ApiKind, path), cancellation).ConfigureAwait(false);
        int usual = (conversation.ContextPolicy ?? new QwenContextPolicy()).Verbatim;
        summary = summary with { KeepVerbatim = policy.KeepVerbatim < usual ? policy.KeepVerbatim : null };
        conversation.AddSummary(summary);
        conversation.SummaryFailures = default;
        await StoredConversations.TrySaveAsync(conversation, notices, cancellation).ConfigureAwait(false);
        return summary;
    }

    private (int From, int Through)? Range()
    {
        PolicyCheck.RefuseWhereTheServiceSendsAll(conversation.ApiKind);
        int from = conversation.Summary?.LastTurn ?? 0;
        int through = TurnBorder.AtOrBefore(conversation.Path, conversation.Pending, Math.Max(0, conversation.Path.Count - policy.KeepVerbatim));
        return through > from ? (from, through) : null;
    }
}
