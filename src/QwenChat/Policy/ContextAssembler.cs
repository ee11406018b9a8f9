using QwenChat.Catalogue;
using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Protocols.Errors;
using QwenChat.Recall;
using QwenChat.Text;

namespace QwenChat.Policy;

/// <summary>
/// Selects the part of the conversation that the request of one turn contains. According to the context policy, older turns are summarized, and earlier
/// turns that are relevant to the message are recalled. If the service rejects the request as too long, a stricter selection is derived. Without a policy,
/// all turns are selected, and no tokens are counted.
/// </summary>
/// <param name="conversation">The conversation.</param>
/// <param name="options">The options of the turn.</param>
/// <param name="model">The model's catalog entry; null for an unknown model.</param>
/// <param name="sendsThinking">Whether requests contain earlier thinking.</param>
/// <param name="summarizer">Writes summaries.</param>
/// <param name="recall">Finds relevant turns.</param>
/// <param name="notices">The queue for notices to the user.</param>
internal sealed class ContextAssembler(QwenConversation conversation, QwenOptions options, QwenModel? model, bool sendsThinking, Summarizer summarizer,
    TurnRecall recall, NoticeQueue notices)
{
    /// <summary>The fraction of the service's limit to which a request is shortened. The local count is not exact, so a margin is needed.</summary>
    public const double SafeShare = 0.9;

    private readonly QwenContextPolicy? _policy = conversation.ContextPolicy;
    private readonly TurnPath _path = conversation.Path;
    private readonly QwenSummary? _firstSummary = conversation.ApiKind == QwenApi.Conversations ? null
        : SummaryList.CanStand(conversation.WaitingSummary, conversation.Path, conversation.ContextPolicy) ? conversation.WaitingSummary : conversation.Summary;
    private TokenEstimate? _estimate;
    private RecallLimits? _limits;
    private SummaryThreshold? _threshold;

    public TokenEstimate Estimate => _estimate ??= new TokenEstimate(conversation.ApiKind, _path, sendsThinking, sentWhole: !IsGoverned);

    public bool CanHarden(SelectedContext selection) => selection.Hardened < 2 && _policy is not null
        && (_policy.Shortens || (_policy.Recall is not null && conversation.ApiKind != QwenApi.Conversations));

    public string? Instructions(SelectedContext selection) => selection.Instructions(options.Instructions);

    /// <summary>Whether a request may contain less than the whole history.</summary>
    private bool IsGoverned => _policy is not null || _firstSummary is not null;

    private string Model => options.Model!;

    private IChatProtocol Protocol => ChatProtocol.For(conversation.ApiKind, Model);

    private int? Limit => conversation.InputLimit is { } limit && limit.Model == Model ? limit.Tokens : null;

    public long EstimateInput(SelectedContext selection, IReadOnlyList<QwenItem> items) =>
        Estimate.OfRequest(InRequest(selection, items), Instructions(selection), selection.First);

    /// <summary>Selects the content of the request without calling a model. Turns to summarize are only counted.</summary>
    /// <exception cref="QwenException">The policy cannot be used with this API and model.</exception>
    public SelectedContext Preview(IReadOnlyList<QwenItem> items)
    {
        PolicyCheck.Check(_policy, conversation.ApiKind, Model);
        PolicyCheck.CheckScope(_policy, conversation.Place?.Store);
        if (PolicyCheck.LateSummary(_policy, conversation.ApiKind, Model, Region) is { } warning && conversation.WarnOnce("late summary " + Model))
            notices.Warn(warning);
        if (!IsGoverned)
            return SelectedContext.Whole;
        var (selection, through) = Select(new SelectedContext(0, _firstSummary), items);
        if (through <= selection.Summarized)
            return selection;
        long leaving = _path.Take(through).From(selection.Summarized).Sum(Estimate.OfTurn) + Estimate.OfItems(selection.SummaryMessage);
        long left = Estimate.OfRequest(items, options.Instructions, through) + (long)TruncationBorder.ExpectedSummary(leaving, LongestSummary);
        return selection with { ToSummarize = through - selection.Summarized, TokensSummarized = left };
    }

    /// <summary>Returns the turns that would be recalled, or only their number if finding them requires a call or a search in the store.</summary>
    public SelectedContext PreviewRecall(SelectedContext selection, IReadOnlyList<QwenItem> items)
    {
        if (ToRecall(selection, items) is not { } wanted)
            return selection;
        return recall.Preview(_path, wanted.Unread, wanted.Message, wanted.Count) is { } found
            ? Take(selection, found, wanted.Unread, items)
            : selection with { ToRecall = recall.LooksInStore ? wanted.Count : Math.Min(wanted.Count, wanted.Unread.Count) };
    }

    /// <summary>
    /// Selects the content of the request. If necessary, older turns are summarized first; then relevant turns are recalled. Failures are reported as
    /// warnings.
    /// </summary>
    public async ValueTask<SelectedContext> SelectAsync(SelectedContext before, IReadOnlyList<QwenItem> items, CancellationToken cancellation)
    {
        if (!IsGoverned)
            return before;
        var (selection, through) = Select(before, items);
        if (through > 0)
        {
            (selection, _) = Select(await SummarizeAsync(selection, through, cancellation).ConfigureAwait(false), items);
            if (selection.Summary is not null && Threshold?.TellIfSmall(EstimateInput(selection, items)) is { } small)
                notices.Verbose(small);
        }
        if (ToRecall(selection, items) is not { } wanted)
            return selection;
        var found = await recall.FindAsync(_path, wanted.Unread, wanted.Message, wanted.Count, cancellation).ConfigureAwait(false);
        return Take(selection, found, wanted.Unread, items);
    }

    /// <summary>
    /// Selects fewer turns after the service has rejected the request as too long. A selection is made stricter at most twice. If the service reported its
    /// limit, the conversation keeps the limit for later requests.
    /// </summary>
    /// <returns>The selection; null if nothing more can be omitted.</returns>
    public async Task<SelectedContext?> HardenAsync(SelectedContext refused, QwenException failure, IReadOnlyList<QwenItem> items,
        CancellationToken cancellation)
    {
        if (ErrorReader.TryReadInputLimit(failure, out int limit))
            conversation.InputLimit = new InputLimit(Model, limit);
        long before = EstimateInput(refused, items);
        // The first retry is shortened to the service's limit if the limit is known. Otherwise, and in the second retry, the request is shortened to half
        // of its estimated size, so that errors of the estimate do not matter.
        double atMost = refused.Hardened == 0 && Limit is { } known ? Math.Min(before, known) * SafeShare : before / 2.0;
        var selection = await SelectAsync(refused with { AtMost = atMost, Hardened = refused.Hardened + 1 }, items, cancellation).ConfigureAwait(false);
        if (EstimateInput(selection, items) >= before)
            return null;
        notices.Warn(
            $"The request was too long for {Model} ({failure.Message}). The message is sent again with fewer turns. "
                + $"Turns sent verbatim: {_path.Count - selection.First}.");
        return selection;
    }

    /// <summary>Returns a warning about the price of a long request if the policy summarizes older turns; null if no warning applies.</summary>
    public string? TierWarning(Func<long> tokens) => _policy?.Summarizes == true && PriceTier.First(model, Region) is not null
        ? SummaryThreshold.TierWarning(_policy, Model, Region, tokens()) : null;

    /// <summary>Adds the selection's new summary, if any, to the conversation after the turn has been added.</summary>
    public void Commit(SelectedContext selection)
    {
        if (selection.Summary is { } summary && summary == conversation.WaitingSummary)
            conversation.AddSummary(summary);
        conversation.WaitingSummary = null;
    }

    /// <summary>Returns the context that the turn records; null if neither a policy nor a summary applies.</summary>
    public SentContext? Sent(SelectedContext selection, IReadOnlyList<QwenItem> items) => !IsGoverned ? null
        : new SentContext(selection.First, selection.Summarized, selection.Recalled is not null,
            Estimate.CountRequest(InRequest(selection, items), Instructions(selection), selection.First));

    /// <summary>
    /// Returns whether the request begins differently from the previous turn's request, for example because that request contained recalled turns.
    /// </summary>
    public bool BreaksPrefix(SelectedContext selection) =>
        _path.Last is { } last && (selection.RecalledLeads || last.Sent?.Recalled == true
            || (selection.First, selection.Summarized) != (last.Sent?.First ?? 0, last.Sent?.Summarized ?? 0));

    /// <summary>Returns whether the next request will begin with this request, so that writing it to a cache is worthwhile.</summary>
    public bool IsContinued(SelectedContext selection, IReadOnlyList<QwenItem> items) =>
        !selection.RecalledLeads && !RecallsInInstructions(selection) && (_policy is null || (_policy.Summarizes && !MaySummarize)
        || !TruncationBorder.MovesNext(_policy, _path, items, selection.First, turn => Estimate.OfTurn(turn), Estimate.OfItems(items)));

    public QwenContext Describe(SelectedContext selection, QwenContext sent, IReadOnlyList<QwenItem> items)
    {
        int cut = TurnsCut(selection, items);
        sent = sent with { TurnsVerbatim = sent.TurnsVerbatim - cut, TurnsCut = cut };
        return IsGoverned ? Govern(selection, sent, items) : sent;
    }

    /// <summary>Estimates how many turns the model does not read completely. Counts tokens only if needed, because counting delays every reply.</summary>
    private int TurnsCut(SelectedContext selection, IReadOnlyList<QwenItem> items) => !DroppedMiddle.MayBePassed(conversation, model) ? 0
        : DroppedMiddle.TurnsCut(conversation.Path.From(selection.First), model!.ResponsesInput!.Value, turn => Estimate.OfTurn(turn),
            Estimate.CountRequest(selection.SummaryMessage, Instructions(selection), _path.Count) * Estimate.Factor, Estimate.OfItems(items)).Count;

    private QwenContext Govern(SelectedContext selection, QwenContext sent, IReadOnlyList<QwenItem> items) => sent with
    {
        TurnsSummarized = selection.Summarized,
        TurnsLeftOut = selection.First - selection.Summarized
            - selection.RecalledTurns.Count(turn => turn.Conversation is null && turn.Turn > selection.Summarized && turn.Turn <= selection.First),
        TurnsToSummarize = selection.ToSummarize,
        EstimatedTokensSummarized = selection.TokensSummarized,
        Recalled = selection.RecalledTurns,
        TurnsToRecall = selection.ToRecall,
        EstimatedTokens = EstimateInput(selection, items),
        Before = new Lazy<long>(() => Estimate.OfRequest(items, options.Instructions)),
    };

    private RecallLimits Limits => _limits ??= new RecallLimits(conversation.ApiKind, model, _path, Estimate);

    private static IEnumerable<QwenItem> InRequest(SelectedContext selection, IReadOnlyList<QwenItem> items) =>
        selection.RecalledMessage.Count + selection.SummaryMessage.Count == 0 ? items : [.. selection.SummaryMessage, .. selection.RecalledMessage, .. items];

    private (SelectedContext Selection, int SummarizeThrough) Select(SelectedContext before, IReadOnlyList<QwenItem> items)
    {
        var budget = Budget(before, items);
        var plan = TruncationBorder.Make(_policy ?? new QwenContextPolicy(), _path, items, before.Summarized, budget, MaySummarize);
        int through = plan.SummarizeThrough;
        if (through > 0)
            plan = TruncationBorder.Make(_policy!, _path, items, before.Summarized, budget, maySummarize: false);
        return (new SelectedContext(plan.First, before.Summary) 
        {
            AtMost = before.AtMost,
            Hardened = before.Hardened,
            SummaryMessage = MessageOf(before.Summary),
        }, through);
    }

    /// <summary>
    /// Whether the service keeps the items of a request. Recalled turns that are sent as items would then also be part of the next request.
    /// </summary>
    private bool ServiceKeepsItems =>
        conversation.ApiKind == QwenApi.Conversations || (conversation.ApiKind == QwenApi.Responses && !conversation.Stateless);

    /// <summary>Returns whether the instructions end with recalled turns, in this request or, most likely, in the next request.</summary>
    private bool RecallsInInstructions(SelectedContext selection) =>
        selection.Recalled is { Message.Count: 0 } || (ServiceKeepsItems && _policy?.Recall is not null && (selection.First > 0 || recall.LooksInStore));

    private IReadOnlyList<QwenItem> MessageOf(QwenSummary? summary) =>
        summary is null ? [] : Protocol.WriteMessage(MessageDraft.OfText("user", SelectedContext.TextOf(summary)), default);

    private ContextBudget Budget(SelectedContext selection, IReadOnlyList<QwenItem> items)
    {
        QwenItem[] inRequest = [.. MessageOf(selection.Summary), .. items];
        // In the Conversations API, the model reads all items of the conversation object. No turns can be omitted, so no limit is applied.
        double? atMost = conversation.ApiKind == QwenApi.Conversations ? null : AtMost(selection);
        double? summarizeAt = Threshold?.At > atMost ? atMost : Threshold?.At;
        return new ContextBudget(
            from => Estimate.OfRequest(inRequest, options.Instructions, from), turn => Estimate.OfTurn(turn), Beside(summarizeAt), Beside(atMost))
        {
            // After a rejection, AtMost already includes a margin, so the retry may use all of it.
            ShareAfterCut = selection.AtMost is null ? TruncationBorder.ShareAfterCut : 1,
            SummarizeTo = Beside(Threshold?.To),
            LongestThreshold = Beside(atMost < Threshold?.Longest ? atMost : Threshold?.Longest),
            LongestSummary = LongestSummary,
        };

        double? Beside(double? limit) => _policy?.Recall is { } count ? Limits.Without(limit, count) : limit;
    }

    private double? AtMost(SelectedContext selection) => selection.AtMost ?? Limit * SafeShare;

    private SummaryThreshold? Threshold => _threshold ??= _policy is null ? null
        : SummaryThreshold.Of(_policy, conversation.ApiKind, Model, Region, Limit);

    private QwenRegion? Region => conversation.Connection.PriceRegion;

    private bool MaySummarize => conversation.SummaryFailures.MayTry(_path.Count);

    /// <summary>The expected maximum size of a summary in tokens: half of -MaxSummaryTokens, because the prompt requests a shorter summary.</summary>
    private double LongestSummary => (_policy?.MaxSummaryTokens ?? QwenContextPolicy.DefaultMaxSummaryTokens) / 2.0;

    /// <summary>
    /// Returns the number of turns to recall, the range to search, and the message to compare; null if there is nothing to search or no message.
    /// </summary>
    private (int Count, RecallRange Unread, string Message)? ToRecall(SelectedContext selection, IReadOnlyList<QwenItem> items)
    {
        if (_policy?.Recall is not { } count)
            return null;
        var unread = Limits.Unread(selection.First, [.. selection.SummaryMessage, .. items], options.Instructions);
        if (unread.Count == 0 && !recall.LooksInStore)
            return null;
        string message = RequestItems.NewestMessage(items) is >= 0 and var at
            ? items[at].Text : _path.From(0).LastOrDefault(turn => turn.Message.Length > 0)?.Message ?? "";
        return message.Length == 0 ? null : (count, unread, message);
    }

    /// <summary>Adds the found turns to the request, as far as its limit allows.</summary>
    private SelectedContext Take(SelectedContext selection, RecallResult found, RecallRange unread, IReadOnlyList<QwenItem> items)
    {
        var room = Limits.Room(unread, [.. selection.SummaryMessage, .. items], options.Instructions, new[] { AtMost(selection), Threshold?.At }.Min());
        var recalled = RecalledText.Make(_path, unread.End, found, Protocol, text => Estimate.OfText(text), room);
        if (recalled is not null && !ServiceKeepsItems)
            recalled = recalled with { Message = Protocol.WriteMessage(MessageDraft.OfText("user", recalled.Text), default) };
        selection = selection with { Recalled = recalled, RecalledLeads = recalled?.Message.Count > 0 && RequestItems.NewestMessage(items) < 0 };
        if (found.Hits.Count - selection.RecalledTurns.Count is > 0 and var left)
            notices.Verbose($"The request has no room for {Quantity.Of(left, "more relevant turn")}.");
        return selection;
    }

    private async Task<SelectedContext> SummarizeAsync(SelectedContext selection, int through, CancellationToken cancellation)
    {
        try
        {
            var summary = await summarizer.WriteAsync(_policy!, Model, options.Instructions, _path, selection.Summary, through, Estimate, cancellation)
                .ConfigureAwait(false);
            // The summary is kept separately until the turn is added, because a failed turn must not change the conversation. The next turn uses this
            // summary instead of paying for another.
            conversation.WaitingSummary = summary;
            conversation.SummaryFailures = default;
            return selection with { Summary = summary };
        }
        catch (QwenException failure)
        {
            conversation.SummaryFailures = conversation.SummaryFailures.Failed(_path.Count);
            string advice = conversation.SummaryFailures.Advice;
            notices.Warn($"The older turns are unchanged, because they could not be summarized: {failure.Message}"
                + advice + (advice.Length > 0 ? " To retry immediately, use Compress-QwenConversation." : ""));
            return selection;
        }
    }
}
