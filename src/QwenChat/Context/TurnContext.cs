using QwenChat.Protocols;

namespace QwenChat.Context;

/// <summary>
/// What one turn's request carries of the conversation, by its policy: plans it, has older turns summarised where the plan wants it, and
/// says at last what became of it. Without a policy it is everything, and nothing is counted.
/// </summary>
/// <param name="conversation">The conversation.</param>
/// <param name="options">What the turn asks for.</param>
/// <param name="sendsThinking">Whether earlier thinking is sent back.</param>
/// <param name="summarizer">Writes summaries.</param>
/// <param name="notices">What the user is to know.</param>
internal sealed class TurnContext(QwenConversation conversation, QwenOptions options, bool sendsThinking, Summarizer summarizer, Notices notices)
{
    /// <summary>After so many failures in a row no summary is tried any more.</summary>
    private const int MostFailures = 3;

    /// <summary>A request is made this much shorter than the service's limit: our count is not its own.</summary>
    private const double SafeShare = 0.9;

    private readonly QwenContextPolicy? _policy = conversation.ContextPolicy;
    private readonly TurnPath _path = conversation.Path;
    private TokenEstimate? _estimate;
    private QwenSummary? _summary = SummaryList.Holds(conversation.WaitingSummary, conversation.Path) ? conversation.WaitingSummary : conversation.Summary;
    private double? _atMost;

    /// <summary>What goes into the request.</summary>
    public ContextSelection Selection { get; private set; } = ContextSelection.Whole;

    /// <summary>The conversation's estimate of tokens.</summary>
    public TokenEstimate Estimate => _estimate ??= new TokenEstimate(conversation.Api, _path, sendsThinking, sentWhole: !IsGoverned);

    /// <summary>Whether the policy can be applied harder than it was.</summary>
    public bool CanHarden { get; private set; } = conversation.ContextPolicy is { Shortens: true };

    /// <summary>The system text of the request.</summary>
    public string? Instructions => Selection.Instructions(options.Instructions);

    /// <summary>Whether anything but the whole history may be sent.</summary>
    private bool IsGoverned => _policy is not null || _summary is not null;

    private string Model => options.Model!;

    private int? Limit => conversation.InputLimit is { } limit && limit.Model == Model ? limit.Tokens : null;

    /// <summary>The input tokens of the request.</summary>
    /// <param name="items">The new items in it.</param>
    public long EstimateInput(IReadOnlyList<QwenItem> items) => Estimate.OfRequest(items, Instructions, Selection.First);

    /// <summary>Selects as far as that needs no call.</summary>
    /// <param name="items">The new items of the request.</param>
    /// <exception cref="QwenException">The policy cannot be followed with this API and model.</exception>
    public void Preview(IReadOnlyList<QwenItem> items)
    {
        PolicyCheck.Check(_policy, conversation.Api, Model);
        if (!IsGoverned)
            return;
        Select(items, out int through);
        Selection = Selection with { ToSummarize = Math.Max(0, through - (_summary?.LastTurn ?? 0)) };
    }

    /// <summary>Selects, and has older turns summarised first where the plan wants it. A summary that fails is a warning.</summary>
    public async Task SelectAsync(IReadOnlyList<QwenItem> items, CancellationToken cancellation)
    {
        if (!IsGoverned)
            return;
        Select(items, out int through);
        if (through == 0)
            return;
        await SummarizeAsync(through, cancellation).ConfigureAwait(false);
        Select(items, out _);
    }

    /// <summary>
    /// The service refused the request as too long: learns its limit and applies the policy harder, once.
    /// </summary>
    /// <returns>False when there is nothing more to leave out.</returns>
    public async Task<bool> HardenAsync(QwenException failure, IReadOnlyList<QwenItem> items, CancellationToken cancellation)
    {
        CanHarden = false;
        if (ErrorBody.TryReadInputLimit(failure, out int limit))
            conversation.InputLimit = new InputLimit(Model, limit);
        // The estimate was too low, or there was none: half of it is surely less than what was refused.
        _atMost = Math.Min(EstimateInput(items), Limit ?? long.MaxValue) / 2.0;
        var before = Selection;
        await SelectAsync(items, cancellation).ConfigureAwait(false);
        if (Selection == before)
            return false;
        notices.Warn($"The request was too long for {Model} ({failure.Message}). It is sent once more with fewer turns: the newest {_path.Count - Selection.First} word for word.");
        return true;
    }

    /// <summary>The turn is in the conversation: what was selected for it stays.</summary>
    public void Commit()
    {
        if (_summary is not null && _summary == conversation.WaitingSummary)
            conversation.AddSummary(_summary);
        conversation.WaitingSummary = null;
    }

    /// <summary>What the turn remembers of its request; null without a policy.</summary>
    public SentContext? Sent(IReadOnlyList<QwenItem> items) =>
        IsGoverned ? new SentContext(Selection.First, Selection.Summarized, false, Estimate.CountRequest(items, Instructions, Selection.First)) : null;

    /// <summary>Whether the request begins otherwise than that of the turn before.</summary>
    public bool BreaksPrefix => _path.Last is { } last && Selection.First != (last.Sent?.First ?? 0);

    /// <summary>What was sent, and what was not.</summary>
    public QwenContext Describe(QwenContext sent, IReadOnlyList<QwenItem> items) => !IsGoverned ? sent : sent with
    {
        TurnsSummarized = Selection.Summarized,
        TurnsLeftOut = Selection.First - Selection.Summarized,
        TurnsToSummarize = Selection.ToSummarize,
        EstimatedTokens = EstimateInput(items),
        Before = new Lazy<long>(() => Estimate.OfRequest(items, options.Instructions)),
    };

    private void Select(IReadOnlyList<QwenItem> items, out int summarizeThrough)
    {
        int summarized = _summary?.LastTurn ?? 0;
        var plan = ContextPlan.Make(_policy ?? new QwenContextPolicy(), _path, items, summarized, Budget(items), conversation.SummaryFailures < MostFailures);
        summarizeThrough = plan.SummarizeThrough;
        if (summarizeThrough > 0)
            plan = ContextPlan.Make(_policy!, _path, items, summarized, Budget(items), maySummarize: false);
        Selection = new ContextSelection(plan.First, _summary);
    }

    private ContextBudget Budget(IReadOnlyList<QwenItem> items)
    {
        string? instructions = new ContextSelection(0, _summary).Instructions(options.Instructions);
        double? atMost = _atMost ?? Limit * SafeShare;
        double? summarizeAt = _policy is null ? null : PolicyCheck.SummarizeAt(_policy, Model, Limit);
        return new ContextBudget(
            from => Estimate.OfRequest(items, instructions, from), turn => Estimate.OfTurn(turn), summarizeAt > atMost ? atMost : summarizeAt, atMost);
    }

    private async Task SummarizeAsync(int through, CancellationToken cancellation)
    {
        try
        {
            _summary = await summarizer.WriteAsync(_policy!, Model, _path, _summary, through, Estimate, cancellation).ConfigureAwait(false);
            // Kept apart until the turn is in: a failed turn leaves the conversation as it was, and the next need not pay again.
            conversation.WaitingSummary = _summary;
            conversation.SummaryFailures = 0;
        }
        catch (QwenException failure)
        {
            bool last = ++conversation.SummaryFailures == MostFailures;
            notices.Warn($"The older turns could not be summarised, so nothing changed: {failure.Message}"
                + (last ? " This was the third time, and it is not tried again by itself: Compress-QwenConversation tries anew." : ""));
        }
    }
}
