using QwenChat.Model;

namespace QwenChat.Cost;

/// <summary>
/// Estimates the input tokens of a request from the service's count for the newest turn and a local count of newer items. The local count is corrected
/// by the ratio between the two counts in the conversation so far.
/// </summary>
/// <remarks>
/// The count of each turn is cached. The correction uses only the newest turns without media, because the tokens of media are only assumed.
/// </remarks>
internal sealed class TokenEstimate
{
    /// <summary>The number of most recent turns from which the correction factor is computed.</summary>
    private const int Newest = 8;

    /// <summary>The weight of the uncorrected count, in tokens. The weight prevents a short first turn from dominating the correction.</summary>
    private const double Doubt = 4;

    /// <summary>
    /// The limits of the correction factor. A larger difference between the service's count and the local count has another cause, for example a truncated
    /// prompt.
    /// </summary>
    private const double LeastFactor = 0.25, MostFactor = 4;

    /// <summary>The tokens of the text that the Responses and Conversations APIs add to a request: 30 to 45 (wire §13).</summary>
    private const double BuiltInText = 35;

    private static readonly SentContext s_whole = new(0, 0, false, 0);

    private readonly TurnPath _path;
    private readonly bool _hasBuiltInText;
    private readonly bool _withThinking;
    private readonly bool _sentWhole;

    /// <param name="api">The API.</param>
    /// <param name="path">The turns so far.</param>
    /// <param name="withThinking">Whether requests contain earlier thinking.</param>
    /// <param name="sentWhole">
    /// Whether turns without a recorded context were sent with all earlier turns. If false, it is not known which turns their requests contained.
    /// </param>
    public TokenEstimate(QwenApi api, TurnPath path, bool withThinking = false, bool sentWhole = true)
    {
        _path = path;
        _hasBuiltInText = api is QwenApi.Responses or QwenApi.Conversations;
        _withThinking = withThinking;
        _sentWhole = sentWhole;
        Factor = Calibrate();
    }

    /// <summary>The correction factor: the tokens that the service reported for each token counted locally. 1 before the first reply.</summary>
    public double Factor { get; }

    public long OfText(string text) => Round(TokenCount.OfText(text) * Factor);

    /// <summary>Returns the number of tokens of items, including their frames.</summary>
    public long OfItems(IEnumerable<QwenItem> items) => Round(Count(items) * Factor);

    /// <summary>Returns the number of tokens of a turn in a later request.</summary>
    public long OfTurn(QwenTurn turn) => Round(Count(turn) * Factor);

    /// <summary>Returns the number of input tokens of a request.</summary>
    /// <param name="input">The new turn's items.</param>
    /// <param name="instructions">The instructions.</param>
    /// <param name="from">The index of the first turn that the model sees, sent or kept by the service.</param>
    public long OfRequest(IEnumerable<QwenItem> input, string? instructions, int from = 0)
    {
        if (LastCounted(from) is { } last)
        {
            double reported = _path[last].LastUsage!.InputTokens!.Value + AnswerTokens(last);
            // If turns were omitted since the last reported request, their local counts are subtracted from the reported count. If these turns have more
            // tokens than this request, the result would be too inaccurate, and the whole request is counted locally instead.
            if (_path[last].Sent is { } sent && (from <= sent.First || Turns(sent.First) - Turns(from) < CountRequest(input, instructions, from)))
                return Round(reported + (CountRequest(input, instructions, from) - sent.Counted - Counted(_path[last]).Answer) * Factor);
            if (_sentWhole && from == 0)
                return Round(reported + (Turns(last + 1) + Count(input)) * Factor);
        }
        return Round(CountRequest(input, instructions, from) * Factor + (_hasBuiltInText ? BuiltInText : 0));
    }

    /// <summary>Returns the number of input tokens of a request, counted locally and not corrected.</summary>
    public double CountRequest(IEnumerable<QwenItem> input, string? instructions, int from) =>
        Turns(from) + (string.IsNullOrEmpty(instructions) ? 0 : TokenCount.PerMessage + TokenCount.OfText(instructions)) + TokenCount.Primer + Count(input);

    /// <summary>
    /// Returns the index of the newest turn with reported input tokens, at or after <paramref name="from"/>; null if there is no such turn.
    /// </summary>
    private int? LastCounted(int from)
    {
        for (int i = _path.Count - 1; i >= from; i--)
        {
            if (_path[i].LastUsage?.InputTokens is not null)
                return i;
        }
        return null;
    }

    /// <summary>Returns the number of tokens that a reply adds to the next request, including its message frame.</summary>
    private double AnswerTokens(int index)
    {
        var turn = _path[index];
        if (turn.LastUsage is not { OutputTokens: { } output } usage)
            return Counted(turn).Answer * Factor;
        return TokenCount.PerMessage * Factor + Math.Max(0, output - (_withThinking ? 0 : usage.ReasoningTokens ?? 0));
    }

    private double Turns(int from)
    {
        double tokens = 0;
        foreach (var turn in _path.From(from))
            tokens += Count(turn);
        return tokens;
    }

    private double Calibrate()
    {
        double reported = Doubt, counted = Doubt;
        int first = Math.Max(0, _path.Count - Newest);
        for (int i = first; i < _path.Count; i++)
        {
            var turn = _path[i];
            if (turn.LastUsage is not { InputTokens: { } input } usage || turn.State == QwenReplyState.Interrupted || Counted(turn) is { HasMedia: true })
                continue;
            if (VisibleOutput(usage) is > 0 and var output && Counted(turn).AnswerText is > 0 and var answer)
            {
                reported += output;
                counted += answer;
            }
            // Input tokens beyond the previous request and its answer are those of this turn's own messages.
            if (i > 0 && _path[i - 1].LastUsage is { InputTokens: { } before } previous && VisibleOutput(previous) is { } said
                && input - before - said is > 0 and var grown && _path[i - 1].State == QwenReplyState.Completed && OnlyGrew(i))
            {
                reported += grown;
                counted += TokenCount.PerMessage + Counted(turn).Input;
            }
        }
        return Math.Clamp(reported / counted, LeastFactor, MostFactor);
    }

    /// <summary>Returns whether a turn's request was exactly the previous request plus newer items.</summary>
    private bool OnlyGrew(int index) =>
        SentBy(index - 1) is { Recalled: false } before && SentBy(index) is { Recalled: false } now
        && (before.First, before.Summarized) == (now.First, now.Summarized);

    private SentContext? SentBy(int index) => _path[index].Sent ?? (_sentWhole ? s_whole : null);

    private static long? VisibleOutput(QwenUsage usage) => usage.OutputTokens - (usage.ReasoningTokens ?? 0);

    private double Count(QwenTurn turn) => Counted(turn).All + (_withThinking ? Count(turn.Items.Where(item => item.Type == "reasoning")) : 0);

    private static CountedTurn Counted(QwenTurn turn)
    {
        if (turn.Counted is { } before)
            return before;
        double input = 0, answer = 0, text = 0;
        for (int i = 0; i < turn.Items.Count; i++)
        {
            double tokens = TokenCount.OfItem(turn.Items[i]);
            if (i < turn.AnswerStart)
            {
                input += tokens;
            }
            else
            {
                answer += tokens;
                text += Math.Max(0, tokens - TokenCount.PerMessage);
            }
        }
        return turn.Counted = new CountedTurn(input, answer, text, turn.Items.Any(TokenCount.HasMedia));
    }

    private double Count(IEnumerable<QwenItem> items)
    {
        double tokens = 0;
        foreach (var item in items)
            tokens += TokenCount.OfItem(item, _withThinking);
        return tokens;
    }

    private static long Round(double tokens) => (long)Math.Ceiling(tokens);
}
