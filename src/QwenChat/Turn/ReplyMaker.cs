using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Streaming;
using QwenChat.Tools;

namespace QwenChat.Turn;

/// <summary>The last step of a turn: creates the turn and the reply from a response, and adds the turn to the conversation.</summary>
internal static class ReplyMaker
{
    /// <summary>Adds the turn of a complete response.</summary>
    /// <exception cref="QwenException">The audio of the reply cannot be decoded. The turn was not added.</exception>
    public static QwenReply Finish(AnsweredTurn answered, AnswerDraft? draft)
    {
        var sent = answered.Sent;
        var prepared = sent.Planned.Prepared;
        var turn = MakeTurn(sent, sent.Answer?.IsPartial == true ? QwenReplyState.Incomplete : sent.Fold.State);
        AnswerWarnings.Warn(turn, sent.Fold, prepared.Scope.Notices);
        AnswerWarnings.WarnOfKnowledgeBase(sent, turn);
        if (sent.Answer is not null)
            prepared.History.Answered(sent.Planned.Plan, sent.Fold.PreviousId);
        byte[]? audio = JoinAudio(sent, turn);
        var entry = EntryOf(sent, turn);
        var reply = MakeReply(sent, turn, entry.Charge, Add(sent, turn), audio, draft);
        KeepAccount(sent, turn, entry);
        return reply;
    }

    /// <summary>Adds the turn of a reply that the caller stopped. The turn contains the part that was received.</summary>
    /// <returns>False if the turn is not kept, because the caller did not request a stream or no text was received.</returns>
    public static bool KeepInterrupted(SentTurn sent)
    {
        if (!sent.Planned.Scope.Request.Stream || !sent.Fold.HasText)
            return false;
        var turn = MakeTurn(sent, QwenReplyState.Interrupted);
        Add(sent, turn);
        KeepAccount(sent, turn, EntryOf(sent, turn));
        return true;
    }

    /// <summary>Creates the exception's partial reply from an interrupted response.</summary>
    public static QwenReply Partial(SentTurn sent) => Partial(sent, MakeTurn(sent, QwenReplyState.Interrupted));

    private static QwenReply Partial(SentTurn sent, QwenTurn turn) =>
        MakeReply(sent, turn, EntryOf(sent, turn).Charge, sent.Planned.Plan.Path.Append(turn));

    private static LedgerEntry EntryOf(SentTurn sent, QwenTurn turn) => LedgerEntry.OfTurn(turn, sent.Planned.Scope.Connection);

    private static byte[]? JoinAudio(SentTurn sent, QwenTurn turn)
    {
        try
        {
            return sent.Planned.Scope.Request.Spoken is { Format: not Protocols.SpokenAnswer.Wav }
                ? AudioPieces.Join(sent.Fold.AudioPieces) : WavFile.Join(sent.Fold.AudioPieces);
        }
        catch (QwenException broken) when (sent.Fold.HasText)
        {
            broken.PartialReply = Partial(sent, turn);
            throw;
        }
    }

    private static TurnPath Add(SentTurn sent, QwenTurn turn)
    {
        var prepared = sent.Planned.Prepared;
        var path = prepared.Scope.Conversation.Append(turn, prepared.Waiting.Count);
        prepared.History.Added(turn, sent.Planned.Plan, prepared.Input);
        return path;
    }

    private static void KeepAccount(SentTurn sent, QwenTurn turn, LedgerEntry entry)
    {
        var prepared = sent.Planned.Prepared;
        var conversation = prepared.Scope.Conversation;
        prepared.Bill.CountTurn(turn, entry);
        prepared.Context.Commit(sent.Planned.Plan.Selection);
        conversation.PrefixBroken = false;
        conversation.LastHead = sent.Head;
    }

    private static QwenTurn MakeTurn(SentTurn sent, string state)
    {
        var (planned, fold) = (sent.Planned, sent.Fold);
        var prepared = planned.Prepared;
        var created = fold.CreatedAt ?? prepared.Scope.Time.GetUtcNow();
        var answer = prepared.Bill.InForm(AnswerRound.Kept(sent, prepared.Protocol.WriteAnswer(fold, created), created));
        QwenUsage?[] counted = planned.IsFirstRequest ? [fold.Usage] : [.. planned.Answered.Select(round => round.Usage), fold.Usage];
        bool isEstimated = !Array.TrueForAll(counted, usage => usage?.CountsAll() == true) && prepared.Bill.HasLimits;
        return new QwenTurn(planned.Plan.Path.Count + 1, [.. planned.Items, .. answer], prepared.Said.Count)
        {
            Usage = planned.IsFirstRequest ? fold.Usage
                : counted.OfType<QwenUsage>().Aggregate((QwenUsage?)null, (sum, usage) => sum is null ? usage : sum + usage),
            Requests = counted.Length > 1 ? counted.OfType<QwenUsage>().ToArray() : [],
            EstimatedUsage = isEstimated
                ? new QwenUsage { InputTokens = planned.EstimateInput(), OutputTokens = prepared.Context.Estimate.OfItems(answer) } : null,
            Terms = prepared.Bill.Terms with { ExplicitCache = sent.UsesPaidCache },
            Sent = prepared.Context.Sent(planned.Plan.Selection, planned.Items),
            State = state,
            Model = fold.Model ?? prepared.Model,
            ResponseId = fold.ResponseId,
            CreatedAt = created,
            // A chain of responses cannot be continued after a truncated call, or after a call that contains the answer, because these calls have no result.
            Server = state == QwenReplyState.Interrupted || AnswerRound.CallOf(sent) is not null || fold.WholeCalls.Count < fold.ToolCalls.Count
                ? null : prepared.History.StateAfter(planned.Plan, fold.ResponseId, created),
        };
    }

    private static QwenReply MakeReply(SentTurn sent, QwenTurn turn, Charge? charge, TurnPath path, byte[]? audio = null, AnswerDraft? draft = null)
    {
        var scope = sent.Planned.Scope;
        var calls = sent.Planned.Prepared.Bill.Calls.Counted;
        string? currency = charge?.Currency ?? calls.Select(call => call.Currency).FirstOrDefault(one => one is not null);
        return new QwenReply(scope.Conversation, path, turn)
        {
            Cost = charge?.Amount,
            CallsCost = calls.Count > 0 && calls.All(call => call.Charge is not null && call.Currency == currency)
                ? calls.Aggregate(0m, (sum, call) => SaturatingMath.Add(sum, call.Charge!.Value.Amount)) : null,
            Currency = currency,
            Audio = audio,
            ToolCalls = CallsOf(sent),
            Value = draft?.Value,
            HasValue = draft is not null,
            // Earlier rounds may also contain searches.
            SearchResults = sent.Planned.Rounds.Count == 0 ? sent.Fold.SearchResults
                : turn.ServiceToolCalls.Where(call => call.Kind == nameof(QwenBuiltInTool.WebSearch)).SelectMany(call => call.Sources).ToArray(),
            FinishReason = sent.Fold.FinishReason,
            RequestId = sent.Answer?.RequestId ?? sent.Fold.RequestId,
            Duration = scope.Elapsed,
            TimeToFirstToken = sent.Planned.Answered.FirstOrDefault(round => round.FirstPiece is not null)?.FirstPiece ?? sent.Reading.FirstPiece,
            Context = sent.Planned.Describe(sent.Head),
        };
    }

    private static IReadOnlyList<QwenToolCall> CallsOf(SentTurn sent)
    {
        var (rounds, last) = (sent.Planned.Rounds, sent.Fold.ToolCalls);
        if (rounds.Count + last.Count == 0)
            return [];
        var answer = AnswerRound.CallOf(sent);
        return [.. rounds.SelectMany(round => round.Calls), .. last.Where(call => call != answer)];
    }
}
