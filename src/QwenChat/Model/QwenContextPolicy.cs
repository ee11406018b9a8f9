using System.Text.Json.Serialization;
using QwenChat.Model;

namespace QwenChat;

/// <summary>
/// A policy that limits the part of a conversation's history that requests contain. It can limit the number of turns, replace older turns with a
/// summary, and recall the turns most relevant to the message. Only requests are affected; the transcript stays complete.
/// </summary>
public sealed record QwenContextPolicy
{
    /// <summary>The default share of the model's window at which older turns are summarized.</summary>
    internal const double DefaultSummarizeAt = 0.7;

    /// <summary>The maximum number of tokens of a summary when the policy specifies none.</summary>
    internal const int DefaultMaxSummaryTokens = 2000;

    /// <summary>The number of most recent turns to send; null for no limit.</summary>
    [Least(0)]
    public int? KeepTurns { get; init; }

    /// <summary>
    /// The number of turns beyond <see cref="KeepTurns"/> that a request may contain before the history is cut back to <see cref="KeepTurns"/>. If null,
    /// the number is equal to <see cref="KeepTurns"/>, or 0 while the kept turns have fewer than 1,024 tokens, because the context cache may not accept so
    /// few tokens. Between two cuts, requests share a prefix, which the context cache requires.
    /// </summary>
    [Least(0)]
    public int? SlackTurns { get; init; }

    /// <summary>
    /// The share of the model's window, greater than 0 and at most 1, that a request may fill before older turns are summarized; null if no
    /// share is specified.
    /// </summary>
    public double? SummarizeAt { get; init; }

    /// <summary>The number of input tokens in a request at which older turns are summarized; null for no such threshold.</summary>
    [Least(1)]
    public long? SummarizeAtTokens { get; init; }

    /// <summary>
    /// Whether older turns are summarized before the input tokens of a request reach a more expensive price tier. For a model with a single price, older
    /// turns are summarized as with <see cref="SummarizeAt"/> 0.7.
    /// </summary>
    public bool SummarizeAtPriceTier { get; init; }

    /// <summary>
    /// The share of the model's window that a request may fill after older turns are summarized; null for the share that the newer half of the turns
    /// fills.
    /// </summary>
    public double? SummarizeTo { get; init; }

    /// <summary>
    /// The number of input tokens that a request may have after older turns are summarized; null for the number of tokens in the newer half of the
    /// turns.
    /// </summary>
    [Least(1)]
    public long? SummarizeToTokens { get; init; }

    /// <summary>The maximum number of tokens of a summary; null for 2,000.</summary>
    [Least(1)]
    public int? MaxSummaryTokens { get; init; }

    /// <summary>The number of most recent turns that are never summarized.</summary>
    [Least(0)]
    public int KeepVerbatim { get; init; } = 2;

    /// <summary>The model that writes summaries; null for the conversation's model.</summary>
    public string? SummaryModel { get; init; }

    /// <summary>Instructions for the summary; null to request the information needed to continue without the summarized turns.</summary>
    public string? SummaryInstruction { get; init; }

    /// <summary>
    /// The number of earlier turns to recall; null to recall none. The turns most similar to the message are added to its request, unless the request
    /// already contains them.
    /// </summary>
    [Least(1)]
    public int? Recall { get; init; }

    /// <summary>The scope of recall: a name of <see cref="QwenRecallScope"/>; null for the conversation alone.</summary>
    public string? RecallScope { get; init; }

    /// <summary>The embedding model for recall; null for the default model of the Qwen service. With other servers, null means keyword search.</summary>
    public string? EmbeddingModel { get; init; }

    /// <summary>
    /// The store for conversations with this policy and for the vectors of their turns; null for the conversation's own store, if any. Files and
    /// stores do not contain this property, because a conversation that is read from a store stays in that store.
    /// </summary>
    [JsonIgnore]
    public QwenStore? Store { get; init; }

    /// <summary>The specified slack, or the default for kept turns that have enough tokens for the cache.</summary>
    internal int Slack => SlackTurns ?? KeepTurns ?? 0;

    /// <summary>The number of most recent turns that no summary replaces.</summary>
    internal int Verbatim => Math.Min(KeepVerbatim, KeepTurns ?? int.MaxValue);

    internal bool Summarizes => SummarizeAt is not null || SummarizeAtTokens is not null || SummarizeAtPriceTier;

    /// <summary>Whether the policy omits turns from requests or replaces them with a summary.</summary>
    internal bool Shortens => KeepTurns is not null || Summarizes;

    internal QwenContextPolicy OfRecallAlone() => new() { Recall = Recall, RecallScope = RecallScope, EmbeddingModel = EmbeddingModel, Store = Store };

    /// <summary>Returns the active parts of the policy on one line.</summary>
    /// <returns>A string such as <c>KeepTurns 20, SummarizeAt 0.7</c>.</returns>
    public override string ToString()
    {
        var parts = new List<FormattableString>();
        if (KeepTurns is not null)
            parts.Add($"KeepTurns {KeepTurns}");
        if (SummarizeAt is not null)
            parts.Add($"SummarizeAt {SummarizeAt}");
        if (SummarizeAtTokens is not null)
            parts.Add($"SummarizeAtTokens {SummarizeAtTokens}");
        if (SummarizeAtPriceTier)
            parts.Add($"SummarizeAtPriceTier");
        if (Recall is not null)
            parts.Add($"Recall {Recall}");
        if (RecallScope is not null)
            parts.Add($"RecallScope {RecallScope}");
        return parts.Count == 0 ? "no limits" : string.Join(", ", parts.Select(FormattableString.Invariant));
    }

    /// <summary>Validates the policy.</summary>
    /// <exception cref="QwenException">A number is out of range, or two settings exclude each other.</exception>
    internal void Check()
    {
        if (KeepTurns < 0)
            throw Refuse($"-KeepTurns is {KeepTurns}. It must be a number of turns, 0 or more; 0 sends only the new message.");
        if (SlackTurns < 0)
            throw Refuse($"-SlackTurns is {SlackTurns}. It must be a number of turns, 0 or more; with 0, the history is cut at every turn.");
        if (SlackTurns is not null && KeepTurns is null)
            throw Refuse("-SlackTurns has no effect without -KeepTurns. Also specify -KeepTurns, the number of turns to keep.");
        if (KeepVerbatim < 0)
            throw Refuse($"-KeepVerbatim is {KeepVerbatim}. It must be a number of turns, 0 or more.");
        if (SummarizeAt is { } share && !(share > 0 && share <= 1))
            throw Refuse(FormattableString.Invariant($"-SummarizeAt is {share}. It must be a share of the window, greater than 0 and at most 1, such as 0.7."));
        if (SummarizeAtTokens <= 0)
            throw Refuse($"-SummarizeAtTokens is {SummarizeAtTokens}. It must be a number of tokens greater than 0.");
        if (SummarizeAt is not null && SummarizeAtTokens is not null)
            throw Refuse("-SummarizeAt and -SummarizeAtTokens cannot be combined. Specify a share of the window or a number of tokens.");
        if (SummarizeAtPriceTier && (SummarizeAt is not null || SummarizeAtTokens is not null))
            throw Refuse("-SummarizeAtPriceTier cannot be combined with -SummarizeAt or -SummarizeAtTokens. Specify one threshold.");
        CheckTarget();
        if (MaxSummaryTokens <= 0)
            throw Refuse($"-MaxSummaryTokens is {MaxSummaryTokens}. It must be a number of tokens greater than 0.");
        if (Recall <= 0)
            throw Refuse($"-Recall is {Recall}. It must be a number of turns, 1 or more. To recall no turns, omit -Recall.");
        if (RecallScope is not null && !Enum.IsDefined(typeof(QwenRecallScope), RecallScope))
            throw Refuse($"-RecallScope is '{RecallScope}'. It must be one of {string.Join(", ", Enum.GetNames<QwenRecallScope>())}.");
        if (Recall is null && RecallScope is not null)
            throw Refuse("-RecallScope has no effect without -Recall. Also specify -Recall, the number of turns to recall.");
        if (Recall is null && EmbeddingModel is not null)
            throw Refuse("-EmbeddingModel has no effect without -Recall. Also specify -Recall, the number of turns to recall.");
        if (Recall is null && Store is not null)
            throw Refuse("-Store has no effect without -Recall. Also specify -Recall, the number of turns to recall. To keep a conversation in a store, "
                + "use the -Store parameter of New-QwenConversation or Set-QwenConversation.");
    }

    private void CheckTarget()
    {
        if (SummarizeTo is null && SummarizeToTokens is null)
            return;
        if (!Summarizes)
            throw Refuse("-SummarizeTo and -SummarizeToTokens have no effect unless older turns are summarized. "
                + "Also specify -SummarizeAt, -SummarizeAtTokens or -SummarizeAtPriceTier.");
        if (SummarizeTo is not null && SummarizeToTokens is not null)
            throw Refuse("-SummarizeTo and -SummarizeToTokens cannot be combined. Specify a share of the window or a number of tokens.");
        if (SummarizeTo is { } share && !(share > 0 && share <= 1))
            throw Refuse(FormattableString.Invariant($"-SummarizeTo is {share}. It must be a share of the window, greater than 0 and at most 1."));
        if (SummarizeToTokens <= 0)
            throw Refuse($"-SummarizeToTokens is {SummarizeToTokens}. It must be a number of tokens greater than 0.");
        if (SummarizeTo > SummarizeAt)
            throw Refuse(FormattableString.Invariant($"-SummarizeTo is {SummarizeTo}. It must not be greater than -SummarizeAt, which is {SummarizeAt}."));
        if (SummarizeToTokens > SummarizeAtTokens)
            throw Refuse($"-SummarizeToTokens is {SummarizeToTokens}. It must not be greater than -SummarizeAtTokens, which is {SummarizeAtTokens}.");
    }

    internal static QwenException Refuse(string message) => new(QwenErrorKind.InvalidRequest, message);
}
