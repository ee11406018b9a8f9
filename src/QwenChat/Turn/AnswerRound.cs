using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Protocols.Tools;
using QwenChat.Tools;

namespace QwenChat.Turn;

/// <summary>
/// Validates an answer against its schema before the answer becomes part of the turn. An invalid answer is requested again, once. Only the last answer is kept,
/// because an invalid answer would distract the model in later turns.
/// </summary>
internal static class AnswerRound
{
    /// <summary>
    /// Returns the value of the answer, or the reason that the answer is invalid. Returns null if the turn has no schema, or if the turn ends with calls that
    /// are left to the caller.
    /// </summary>
    public static AnswerDraft? Read(AnsweredTurn answered)
    {
        var (sent, planned) = (answered.Sent, answered.LastRequest);
        if (planned.Prepared.Format is not { } format || (format.Way != AnswerWay.ForcedFunction && sent.Fold.ToolCalls.Count > 0))
            return null;
        if (sent.Answer?.IsPartial == true || sent.Fold.State != QwenReplyState.Completed)
        {
            string limit = planned.Prepared.Options.MaxOutputTokens is { } most ? $" -MaxOutputTokens is {most}." : "";
            return new AnswerDraft(null, Truncation(sent.Fold.FinishReason) + limit) { IsCut = true };
        }
        var value = AnswerText.Read(TextOf(sent), format.Schema, out string? finding);
        return new AnswerDraft(value is null ? null : format.Schema.ValueOf(value), finding);
    }

    /// <summary>Returns the finding about a truncated answer. Messages contain it after the words "The answer".</summary>
    public static string Truncation(string? finishReason) =>
        $"was truncated{(string.IsNullOrEmpty(finishReason) ? "" : $" (finish reason '{finishReason}')")}, so it does not match the schema.";

    /// <summary>Plans the request for a corrected answer.</summary>
    /// <exception cref="QwenException">The answer was truncated, or it is already the corrected answer.</exception>
    public static PlannedTurn AskAgain(AnsweredTurn answered, AnswerDraft draft)
    {
        var (sent, planned) = (answered.Sent, answered.LastRequest);
        var prepared = planned.Prepared;
        var round = new TurnRound(Items(sent, draft.Finding!), [], sent.Fold.Usage, sent.Reading.FirstPiece);
        if (draft.IsCut || planned.Repair is not null)
        {
            prepared.Bill.CountRounds([round]);
            string which = planned.Repair is null ? "The answer" : "The second answer";
            string either = planned.Repair is null ? "" : " either";
            var failure = new QwenException(QwenErrorKind.SchemaMismatch,
                draft.IsCut ? $"{which} {draft.Finding}" : $"{which} does not match the schema{either}: {draft.Finding}");
            var told = ToolRounds.WithRounds(failure, planned);
            told.PartialReply = ReplyMaker.Partial(sent);
            throw told;
        }
        prepared.Bill.KeepReserved();
        return planned with { Repair = round, Files = null };
    }

    /// <summary>Returns the JSON of the answer: the arguments if the answer is a call, otherwise the text.</summary>
    public static string TextOf(SentTurn sent) => CallOf(sent)?.Arguments ?? sent.Fold.Text;

    /// <summary>
    /// Returns the items of the answer to keep in the conversation. An answer in the form of a call becomes a message, because the call has no result.
    /// </summary>
    public static IReadOnlyList<QwenItem> Kept(SentTurn sent, IReadOnlyList<QwenItem> answer, DateTimeOffset createdAt)
    {
        if (CallOf(sent) is not { } call)
            return answer;
        var message = sent.Planned.Prepared.Protocol.WriteMessage(MessageDraft.OfText("assistant", call.Arguments), createdAt);
        return [.. answer.Where(item => item.Type is not ("message" or "function_call")), .. message];
    }

    /// <summary>Returns the call that contains the answer; null if the answer is text.</summary>
    public static QwenToolCall? CallOf(SentTurn sent) => sent.Planned.Prepared.Format?.Way == AnswerWay.ForcedFunction
        ? sent.Fold.ToolCalls.FirstOrDefault(call => call.Name == AnswerSchema.Name) : null;

    private static IReadOnlyList<QwenItem> Items(SentTurn sent, string finding)
    {
        var prepared = sent.Planned.Prepared;
        var now = prepared.Scope.Time.GetUtcNow();
        string told = $"This answer does not fit the schema: {finding} Answer again with the whole corrected JSON object and nothing else.";
        if (CallOf(sent) is { } call)
            return ToolRound.Write(prepared.Protocol, sent.Fold, new Dictionary<string, string> { [call.Id] = told }, now);
        var answer = sent.Fold.Text.Length == 0 ? [] : prepared.Protocol.WriteAnswer(sent.Fold, now);
        return prepared.Bill.InForm([.. answer.Where(item => !item.IsForDisplay), .. prepared.Protocol.WriteMessage(MessageDraft.OfText("user", told), now)]);
    }
}
