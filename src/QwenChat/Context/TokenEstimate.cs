namespace QwenChat.Context;

/// <summary>
/// How many input tokens a request will have: what the service counted for the newest turn, plus what is new since, counted here and
/// corrected by how far the count was off in this conversation so far. Pure: it only looks at turns.
/// </summary>
/// <remarks>
/// A turn is counted once and remembers the number, so that planning a long conversation adds up numbers. The correction looks at the
/// newest turns only; a medium's tokens can only be guessed, so turns with media do not correct.
/// </remarks>
internal sealed class TokenEstimate
{
    /// <summary>Turns that the correction looks at.</summary>
    private const int Newest = 8;

    /// <summary>So many tokens speak for the count as it is; a first short turn shall not turn everything over.</summary>
    private const double Doubt = 4;

    /// <summary>No tokenizer differs by more; what does is something else, such as a prompt that was cut.</summary>
    private const double LeastFactor = 0.25, MostFactor = 4;

    /// <summary>Text that the Responses and Conversations APIs add by themselves: 30 to 45 tokens (qwen-api §13).</summary>
    private const double BuiltInText = 35;

    private readonly TurnPath _path;
    private readonly bool _hasBuiltInText;
    private readonly bool _withThinking;

    /// <param name="api">Who keeps the history.</param>
    /// <param name="path">The turns so far.</param>
    /// <param name="withThinking">Whether earlier thinking is sent back.</param>
    public TokenEstimate(QwenApi api, TurnPath path, bool withThinking = false)
    {
        _path = path;
        _hasBuiltInText = api is QwenApi.Responses or QwenApi.Conversations;
        _withThinking = withThinking;
        Factor = Calibrate();
    }

    /// <summary>What the count is multiplied with: how many tokens the service reported for one that was counted here. 1 before the first answer.</summary>
    public double Factor { get; }

    /// <summary>The tokens of a text.</summary>
    public long OfText(string text) => Round(TokenCount.OfText(text) * Factor);

    /// <summary>The tokens of items, their frames included.</summary>
    public long OfItems(IEnumerable<QwenItem> items) => Round(Count(items) * Factor);

    /// <summary>The tokens that a whole turn takes in a later request.</summary>
    public long OfTurn(QwenTurn turn) => Round(Count(turn) * Factor);

    /// <summary>The input tokens of a request.</summary>
    /// <param name="input">The new turn's items.</param>
    /// <param name="instructions">The system text.</param>
    /// <param name="from">The first turn that the model sees, from 0: sent along, or kept by the service.</param>
    public long OfRequest(IEnumerable<QwenItem> input, string? instructions, int from = 0)
    {
        double added = Count(input) * Factor;
        if (from == 0 && LastCounted() is { } last)
            return Round(_path[last].Usage!.InputTokens!.Value + AnswerTokens(last) + Turns(last + 1) * Factor + added);
        double system = string.IsNullOrEmpty(instructions) ? 0 : TokenCount.PerMessage + TokenCount.OfText(instructions);
        return Round((Turns(from) + system + TokenCount.Primer) * Factor + added + (_hasBuiltInText ? BuiltInText : 0));
    }

    /// <summary>The newest turn whose request the service counted; null when there is none.</summary>
    private int? LastCounted()
    {
        for (int i = _path.Count - 1; i >= 0; i--)
        {
            if (_path[i].Usage?.InputTokens is not null)
                return i;
        }
        return null;
    }

    /// <summary>What an answer adds to the next request: its text as the service counted it, and its frame.</summary>
    private double AnswerTokens(int index)
    {
        var turn = _path[index];
        if (turn.Usage?.OutputTokens is not { } output)
            return Count(turn.Items.Skip(turn.InputCount)) * Factor;
        return TokenCount.PerMessage * Factor + Math.Max(0, output - (_withThinking ? 0 : turn.Usage.ReasoningTokens ?? 0));
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
            if (turn.Usage is not { InputTokens: { } input } usage || turn.State == QwenReplyState.Interrupted || turn.Items.Any(TokenCount.HasMedia))
                continue;
            if (VisibleOutput(usage) is > 0 and var output && CountAnswer(turn) is > 0 and var answer)
            {
                reported += output;
                counted += answer;
            }
            // What the turn's own messages added to the request before it.
            if (i > 0 && _path[i - 1].Usage is { InputTokens: { } before } previous && VisibleOutput(previous) is { } said
                && input - before - said is > 0 and var grown && _path[i - 1].State == QwenReplyState.Completed)
            {
                reported += grown;
                counted += TokenCount.PerMessage + Count(turn.Items.Take(turn.InputCount));
            }
        }
        return Math.Clamp(reported / counted, LeastFactor, MostFactor);
    }

    private static long? VisibleOutput(QwenUsage usage) => usage.OutputTokens - (usage.ReasoningTokens ?? 0);

    private static double CountAnswer(QwenTurn turn)
    {
        double tokens = 0;
        for (int i = turn.InputCount; i < turn.Items.Count; i++)
            tokens += Math.Max(0, TokenCount.OfItem(turn.Items[i]) - TokenCount.PerMessage);
        return tokens;
    }

    private double Count(QwenTurn turn) => _withThinking ? Count(turn.Items) : turn.CountedTokens ??= Count(turn.Items);

    private double Count(IEnumerable<QwenItem> items)
    {
        double tokens = 0;
        foreach (var item in items)
            tokens += TokenCount.OfItem(item, _withThinking);
        return tokens;
    }

    private static long Round(double tokens) => (long)Math.Ceiling(tokens);
}
