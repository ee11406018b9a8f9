using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Saving;
using QwenChat.Text;

namespace QwenChat.Policy;

/// <summary>Summarizes the older turns of a conversation on request, regardless of the threshold of the policy.</summary>
internal sealed class Compression(QwenConversation conversation, QwenContextPolicy policy, Summarizer summarizer, NoticeQueue notices)
{
    /// <summary>Describes the turns that would be summarized; null if there are no turns to summarize.</summary>
    /// <exception cref="QwenException">The conversation's API does not support summaries.</exception>
    public string? Preview()
    {
        if (Range() is not { } range)
            return null;
        var path = conversation.Path;
        var estimate = new TokenEstimate(conversation.ApiKind, path);
        long tokens = path.Take(range.Through).From(range.From).Sum(estimate.OfTurn);
        return $"Summarize {Quantity.Range("turn", range.From + 1, range.Through)} of conversation {conversation}, about {Quantity.Of(tokens, "token")}, "
            + $"with {policy.SummaryModel ?? conversation.Model}, leaving {Quantity.Of(path.Count - range.Through, "later turn")} unchanged";
    }

    /// <summary>Writes the summary. Returns null if there is nothing to summarize.</summary>
    /// <exception cref="QwenException">The call failed, or did not return a summary; nothing was changed.</exception>
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
        await ConversationSaving.TrySaveAsync(conversation, notices, cancellation).ConfigureAwait(false);
        return summary;
    }

    private (int From, int Through)? Range()
    {
        PolicyCheck.RefuseWhereTheServiceSendsAll(conversation.ApiKind);
        int from = conversation.Summary?.LastTurn ?? 0;
        int through = CallPairs.AtOrBefore(conversation.Path, conversation.Pending, Math.Max(0, conversation.Path.Count - policy.KeepVerbatim));
        return through > from ? (from, through) : null;
    }
}
