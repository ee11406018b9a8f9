using QwenChat.Model;
using QwenChat.Protocols;

namespace QwenChat.Turn;

/// <summary>
/// The turns and new items of one request in a form that every server takes, whatever the conversation holds: answers of odd servers, files of
/// other tools, items that were removed. The conversation itself stays as it is; what is in order goes along as the same bytes as ever.
/// </summary>
/// <param name="Path">The turns.</param>
/// <param name="Input">The new items.</param>
/// <param name="Instructions">The system text, joined with system messages that the conversation begins with where there are several.</param>
/// <param name="HasLateSystemMessage">Whether a system message stands behind other messages.</param>
/// <param name="NotRun">How many calls had no result.</param>
internal sealed record SendableHistory(TurnPath Path, IReadOnlyList<QwenItem> Input, string? Instructions, bool HasLateSystemMessage, int NotRun)
{
    /// <summary>What a call is said to have given that nobody ran.</summary>
    public const string NotRunResult = "not run";

    /// <summary>Makes a request's history.</summary>
    /// <param name="path">The turns of the conversation.</param>
    /// <param name="plan">What of them is sent, and what the service has.</param>
    /// <param name="input">The new items.</param>
    /// <param name="instructions">The system text.</param>
    /// <param name="api">Who keeps the history.</param>
    /// <param name="model">The model.</param>
    public static SendableHistory Of(TurnPath path, TurnPlan plan, IReadOnlyList<QwenItem> input, string? instructions, QwenApi api, string model)
    {
        var system = LeadingSystemText.Of(path, plan.Selection.First, input, instructions, api);
        bool mayBeOdd = path.MayBeOdd(plan.Sent.From) || input.Any(QwenTurn.IsOdd);
        if (!mayBeOdd)
            return new SendableHistory(path, input, system.Instructions, false, 0);
        var turns = path.From(plan.Sent.From).Select(turn => turn.Items).Append(input).ToArray();
        var odd = path.From(plan.Sent.From).Select(turn => turn.MayBeOdd).Append(true).ToArray();
        var fitted = new SendableItems(ChatProtocol.For(api, model), api is QwenApi.Responses or QwenApi.Conversations, system.Items);
        if (plan.Sent.From > 0 && (plan.Anchor is not null || plan.ConversationId is not null))
            fitted.KnowCalls(path[plan.Sent.From - 1].Items);
        var fit = fitted.Fit(turns, odd);
        // A result that stands behind its call already stays in its own turn.
        if (turns.SelectMany(items => items).SequenceEqual(fit.SelectMany(items => items)))
            return new SendableHistory(path, input, system.Instructions, fitted.HasLateSystemMessage, 0);
        int same = 0;
        while (same < turns.Length && turns[same].SequenceEqual(fit[same]))
            same++;
        if (same < turns.Length - 1)
        {
            var sent = path.Take(plan.Sent.From + same);
            foreach (var (turn, items) in path.From(plan.Sent.From + same).Zip(fit.Skip(same)))
                sent = sent.Append(items == turn.Items ? turn : turn.With(turn.Number, items, Math.Min(turn.InputCount, items.Count), turn.Server));
            path = sent;
        }
        return new SendableHistory(path, fit[^1], system.Instructions, fitted.HasLateSystemMessage, fitted.NotRun);
    }
}
