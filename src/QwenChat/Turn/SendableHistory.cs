using QwenChat.Model;
using QwenChat.Protocols;

namespace QwenChat.Turn;

/// <summary>
/// The turns and new items of one request, in a format that every server accepts. Replies from nonstandard servers, imported files and removed items make this
/// conversion necessary. Valid items are sent as the same bytes as before.
/// </summary>
/// <param name="Path">The turns.</param>
/// <param name="Input">The new items.</param>
/// <param name="Instructions">The instructions, joined with leading system messages if there are several.</param>
/// <param name="HasLateSystemMessage">Whether a system message follows other messages.</param>
/// <param name="NotRun">The number of calls without a result.</param>
internal sealed record SendableHistory(TurnPath Path, IReadOnlyList<QwenItem> Input, string? Instructions, bool HasLateSystemMessage, int NotRun)
{
    public const string NotRunResult = "not run";

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
        // Fit may have moved a result to the previous turn, which contains its call. If the order of all items is the same, the original turns are sent.
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
