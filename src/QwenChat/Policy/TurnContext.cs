using QwenChat.Catalogue;
using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Protocols.Errors;
using QwenChat.Recall;

namespace QwenChat.Policy;

/// <summary>
/// What one turn's request carries of the conversation, by its policy: plans it, has older turns summarised where the plan wants it, looks
/// for those that the message is about, and says at last what became of it. Without a policy it is everything, and nothing is counted.
/// </summary>
/// <param name="conversation">The conversation.</param>
/// <param name="options">What the turn asks for.</param>
/// <param name="sendsThinking">Whether earlier thinking is sent back.</param>
/// <param name="summarizer">Writes summaries.</param>
/// <param name="recall">Finds the turns that a message is about.</param>
/// <param name="notices">What the user is to know.</param>
internal sealed class TurnContext(QwenConversation conversation, QwenOptions options, bool sendsThinking, Summarizer summarizer, TurnRecall recall,
    NoticeQueue notices)
{
    /// <summary>After so many failures in a row no summary is tried any more.</summary>
    private const int MostFailures = 3;

    /// <summary>A request is made this much shorter than the service's limit: our count is not its own.</summary>
    public const double SafeShare = 0.9;

    private readonly QwenContextPolicy? _policy = conversation.ContextPolicy;
    private readonly TurnPath _path = conversation.Path;
    private TokenEstimate? _estimate;
    private RecallLimits? _limits;
    private QwenSummary? _summary = SummaryList.Holds(conversation.WaitingSummary, conversation.Path) ? conversation.WaitingSummary : conversation.Summary;
    private double? _atMost;

    /// <summary>What goes into the request.</summary>
    public ContextSelection Selection { get; private set; } = ContextSelection.Whole;

    /// <summary>The conversation's estimate of tokens.</summary>
    public TokenEstimate Estimate => _estimate ??= new TokenEstimate(conversation.ApiKind, _path, sendsThinking, sentWhole: !IsGoverned);

    /// <summary>Whether the policy can be applied harder than it was.</summary>
    public bool CanHarden { get; private set; } = conversation.ContextPolicy is { } policy
        && (policy.Shortens || (policy.Recall is not null && conversation.ApiKind != QwenApi.Conversations));

    /// <summary>The recalled turns as a message of the request's own; empty where there are none, or where they are in the instructions.</summary>
    public IReadOnlyList<QwenItem> RecalledMessage => Selection.Recalled?.Message ?? [];

    /// <summary>The system text of the request.</summary>
    public string? Instructions => Selection.Instructions(options.Instructions);

    /// <summary>Whether anything but the whole history may be sent.</summary>
    private bool IsGoverned => _policy is not null || _summary is not null;

    private string Model => options.Model!;

    private IChatProtocol Protocol => ChatProtocol.For(conversation.ApiKind, Model);

    private int? Limit => conversation.InputLimit is { } limit && limit.Model == Model ? limit.Tokens : null;

    /// <summary>The input tokens of the request.</summary>
    /// <param name="items">The new items in it.</param>
    public long EstimateInput(IReadOnlyList<QwenItem> items) => Estimate.OfRequest(InRequest(items), Instructions, Selection.First);

    /// <summary>Selects as far as that needs no call.</summary>
    /// <param name="items">The new items of the request.</param>
    /// <exception cref="QwenException">The policy cannot be followed with this API and model.</exception>
    public void Preview(IReadOnlyList<QwenItem> items)
    {
        PolicyCheck.Check(_policy, conversation.ApiKind, Model);
        if (PolicyCheck.LateSummary(_policy, conversation.ApiKind, Model) is { } warning && conversation.WarnOnce("late summary " + Model))
            notices.Warn(warning);
        if (!IsGoverned)
            return;
        Select(items, out int through);
        Selection = Selection with { ToSummarize = Math.Max(0, through - (_summary?.LastTurn ?? 0)) };
    }

    /// <summary>Says which turns would be recalled, or how many, without a call.</summary>
    public void PreviewRecall(IReadOnlyList<QwenItem> items)
    {
        if (ToRecall(items) is not { } wanted)
            return;
        if (recall.Preview(_path, wanted.End, wanted.Message, wanted.Count) is { } found)
            Take(found, wanted.End, items);
        else
            Selection = Selection with { ToRecall = Math.Min(wanted.Count, wanted.End) };
    }

    /// <summary>
    /// Selects: has older turns summarised first where the plan wants it, and then looks for those that the message is about. What of it
    /// fails is a warning.
    /// </summary>
    public async Task SelectAsync(IReadOnlyList<QwenItem> items, CancellationToken cancellation)
    {
        if (!IsGoverned)
            return;
        Select(items, out int through);
        if (through > 0)
        {
            await SummarizeAsync(through, cancellation).ConfigureAwait(false);
            Select(items, out _);
        }
        if (ToRecall(items) is { } wanted)
            Take(await recall.FindAsync(_path, wanted.End, wanted.Message, wanted.Count, cancellation).ConfigureAwait(false), wanted.End, items);
    }

    /// <summary>
    /// The service refused the request as too long: learns its limit and applies the policy harder, once.
    /// </summary>
    /// <returns>False when there is nothing more to leave out.</returns>
    public async Task<bool> HardenAsync(QwenException failure, IReadOnlyList<QwenItem> items, CancellationToken cancellation)
    {
        CanHarden = false;
        if (ErrorReader.TryReadInputLimit(failure, out int limit))
            conversation.InputLimit = new InputLimit(Model, limit);
        // The estimate was too low, or there was none: half of it is surely less than what was refused.
        _atMost = Math.Min(EstimateInput(items), Limit ?? long.MaxValue) / 2.0;
        long before = EstimateInput(items);
        await SelectAsync(items, cancellation).ConfigureAwait(false);
        if (EstimateInput(items) >= before)
            return false;
        notices.Warn(
            $"The request was too long for {Model} ({failure.Message}). It is sent once more with fewer turns: the newest {_path.Count - Selection.First} "
                + "word for word.");
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
        IsGoverned ? new SentContext(Selection.First, Selection.Summarized, Selection.Recalled is not null,
        Estimate.CountRequest(InRequest(items), Instructions, Selection.First)) : null;

    /// <summary>Whether the request begins otherwise than that of the turn before. What was recalled there is not in this one.</summary>
    public bool BreaksPrefix => _path.Last is { } last && (Selection.First != (last.Sent?.First ?? 0) || last.Sent?.Recalled == true);

    /// <summary>What was sent, and what was not.</summary>
    public QwenContext Describe(QwenContext sent, IReadOnlyList<QwenItem> items) => !IsGoverned ? sent : sent with
    {
        TurnsSummarized = Selection.Summarized,
        TurnsLeftOut = Selection.First - Selection.Summarized - RecalledTurns.Count(turn => turn.Turn > Selection.Summarized && turn.Turn <= Selection.First),
        TurnsToSummarize = Selection.ToSummarize,
        Recalled = RecalledTurns,
        TurnsToRecall = Selection.ToRecall,
        EstimatedTokens = EstimateInput(items),
        Before = new Lazy<long>(() => Estimate.OfRequest(items, options.Instructions)),
    };

    private RecallLimits Limits => _limits ??= new RecallLimits(conversation.ApiKind, ModelCatalogue.Find(Model), _path, Estimate);

    private IReadOnlyList<QwenRecalledTurn> RecalledTurns => Selection.Recalled?.Turns ?? [];

    private IEnumerable<QwenItem> InRequest(IReadOnlyList<QwenItem> items) => RecalledMessage.Count == 0 ? items : RecalledMessage.Concat(items);

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
        // A conversation object gives the model all it holds.
        double? atMost = conversation.ApiKind == QwenApi.Conversations ? null : AtMost;
        double? summarizeAt = SummarizeAt > atMost ? atMost : SummarizeAt;
        return new ContextBudget(from => Estimate.OfRequest(items, instructions, from), turn => Estimate.OfTurn(turn), Beside(summarizeAt), Beside(atMost));

        double? Beside(double? limit) => _policy?.Recall is { } count ? Limits.Without(limit, count) : limit;
    }

    private double? AtMost => _atMost ?? Limit * SafeShare;

    private double? SummarizeAt => _policy is null ? null : PolicyCheck.SummarizeAt(_policy, conversation.ApiKind, Model, Limit);

    /// <summary>How many turns are to be recalled, of how many, for which message; null when there is nothing to look for, or to look with.</summary>
    private (int Count, int End, string Message)? ToRecall(IReadOnlyList<QwenItem> items)
    {
        if (_policy?.Recall is not { } count || Limits.Unseen(Selection.First, items, Instructions) is not (> 0 and var end))
            return null;
        string message = RequestItems.NewestMessage(items) is >= 0 and var at
            ? items[at].Text : _path.From(0).LastOrDefault(turn => turn.Message.Length > 0)?.Message ?? "";
        return message.Length == 0 ? null : (count, end, message);
    }

    /// <summary>Takes what was found into the request, as far as there is room.</summary>
    private void Take(RecallResult found, int end, IReadOnlyList<QwenItem> items)
    {
        var recalled = RecalledText.Make(_path, end, found, Protocol, text => Estimate.OfText(text),
            Limits.Room(end, items, Instructions, new[] { AtMost, SummarizeAt }.Min()));
        if (recalled is null || Limits.ServiceReads || RequestItems.NewestMessage(items) < 0)
            Selection = Selection with { Recalled = recalled };
        else
            Selection = Selection with { Recalled = recalled with { Message = Protocol.WriteMessage(MessageDraft.OfText("user", recalled.Text), default) } };
        if (found.Hits.Count > RecalledTurns.Count)
            notices.Verbose($"{found.Hits.Count - RecalledTurns.Count} turn(s) were found and not recalled: the request has no room for them.");
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
