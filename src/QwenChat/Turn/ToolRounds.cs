using QwenChat.Protocols.Tools;
using QwenChat.Text;
using QwenChat.Tools;

namespace QwenChat.Turn;

/// <summary>Continues a turn after a reply with tool calls: the calls are run, and another request of the same turn contains their results.</summary>
internal static class ToolRounds
{
    /// <summary>The number of consecutive rounds without a successful call after which a turn ends, because the model is unlikely to recover.</summary>
    private const int MostFailures = 3;

    /// <summary>Returns the calls to run now; null if the turn ends with the reply.</summary>
    /// <exception cref="QwenException">The maximum number of rounds was reached.</exception>
    public static ToolRun? Next(AnsweredTurn answered)
    {
        var planned = answered.LastRequest;
        var request = planned.Scope.Request;
        var calls = answered.Sent.Fold.ToolCalls;
        // If the caller must run one of the calls, all calls are left to the caller, because their results are sent together.
        if (request.MaximumToolRounds == 0 || calls.Count == 0 || calls.Any(call => request.DeclaredOnly.Contains(call.Name)))
            return null;
        if (planned.Rounds.Count < request.MaximumToolRounds)
            return new ToolRun(calls);
        throw WithRounds(new QwenException(QwenErrorKind.ToolRounds,
            $"The model still calls tools after {Quantity.Of(planned.Rounds.Count, "round")} (-MaximumToolRounds) and has not answered."), planned);
    }

    /// <summary>Plans the next request of a turn, with the results of the calls.</summary>
    /// <exception cref="QwenException">No call succeeded in the last <see cref="MostFailures"/> rounds.</exception>
    public static PlannedTurn GoOn(AnsweredTurn answered, IReadOnlyList<QwenToolCall> calls)
    {
        var (sent, planned) = (answered.Sent, answered.LastRequest);
        var (prepared, scope) = (planned.Prepared, planned.Scope);
        var results = calls.Where(call => call.IsAnswered).ToDictionary(call => call.Id, call => call.Result ?? call.Error ?? "");
        var items = prepared.Bill.InForm(ToolRound.Write(prepared.Protocol, sent.Fold, results, scope.Time.GetUtcNow()));
        prepared.Bill.KeepReserved();
        var rounds = planned.Rounds.Append(new TurnRound(items, calls, sent.Fold.Usage, sent.Reading.FirstPiece)).ToArray();
        var next = planned with { Rounds = rounds, Files = null };
        return Failure(rounds) is { } failure ? throw WithRounds(failure, next) : next;
    }

    /// <summary>Adds to a failure's message the names of the tools that have already run, because their effects remain.</summary>
    public static QwenException WithRounds(QwenException failure, PlannedTurn planned)
    {
        if (planned.Rounds.Count == 0)
            return failure;
        var ran = planned.Rounds.SelectMany(round => round.Calls).Where(call => call.Duration is not null).ToArray();
        var told = ran.Length == 0 ? failure
            : failure.WithMore($"Before this error, {Quantity.Of(ran.Length, "tool call")} of this message ran: {Names(ran)}.");
        told.PartialReply ??= ReplyMaker.Partial(new SentTurn(planned, null));
        return told;
    }

    private static QwenException? Failure(TurnRound[] rounds)
    {
        var last = rounds.TakeLast(MostFailures).ToArray();
        if (last.Length == MostFailures && last.All(round => round.WasRefused))
            return new QwenException(QwenErrorKind.ToolRefused,
                $"The model called tools in {MostFailures} rounds, but none of the calls was allowed: {Names(last.SelectMany(round => round.Calls))}.");
        return last.Length == MostFailures && last.All(round => round.HasFailed)
            ? new QwenException(QwenErrorKind.ToolFailed, $"All calls in {MostFailures} rounds failed; the last error was: {last[^1].Calls[^1].Error}") : null;
    }

    private static string Names(IEnumerable<QwenToolCall> calls) =>
        string.Join(", ", calls.GroupBy(call => call.Name).Select(group => group.Count() == 1 ? group.Key : $"{group.Key} ({group.Count()} times)"));
}
