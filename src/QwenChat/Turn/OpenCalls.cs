using QwenChat.History;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Protocols.Messages;

namespace QwenChat.Turn;

/// <summary>The calls of the last answer, which the new turn answers: with the results that were given, or by saying that nobody ran them.</summary>
internal static class OpenCalls
{
    /// <summary>The calls of a turn's answer that have no result in it; mostly none.</summary>
    public static IReadOnlyList<QwenToolCall> Of(QwenTurn? turn, IChatProtocol protocol)
    {
        var answer = turn?.Items.Skip(turn.InputCount).ToArray() ?? [];
        return [.. answer.SelectMany(item => ToolItem.Calls(item, protocol)).Where(call => !HasResult(answer, call))];
    }

    /// <summary>Refuses a result of a call that is not open: a service refuses every request with one.</summary>
    /// <exception cref="QwenException">There is no such call.</exception>
    public static void Check(IReadOnlyList<QwenToolCall> open, string? callId)
    {
        if (!open.Any(call => call.Id == callId))
            throw new QwenException(QwenErrorKind.InvalidRequest, open.Count == 0
                ? $"The last answer has no open call, so there is nothing that a result of '{callId}' could answer."
                : $"There is no open call '{callId}'. There are: {string.Join(", ", open.Select(call => $"{call.Id} ({call.Name})"))}.");
    }

    /// <summary>The new items with a result for each call in front. An unanswered call would make every later request fail.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="given">Items that were added since the last answer.</param>
    /// <param name="input">The new items.</param>
    /// <param name="protocol">The protocol of the items.</param>
    /// <param name="serviceHasAll">Whether the service has the calls as they were, those that were cut off included.</param>
    /// <param name="notices">Told of calls that have no result.</param>
    public static IReadOnlyList<QwenItem> Answer(
        QwenConversation conversation,
        IReadOnlyList<QwenItem> given,
        IReadOnlyList<QwenItem> input,
        IChatProtocol protocol,
        bool serviceHasAll,
        NoticeQueue notices)
    {
        if (conversation.Path.Last is not { MayBeOdd: true } last)
            return input;
        var answer = last.Items.Skip(last.InputCount).ToArray();
        var open = answer.SelectMany(item => ToolItem.Calls(item, protocol).Select(call => (Call: call, Item: item)))
            .Where(entry => entry.Call.Id.Length > 0 && (serviceHasAll || ToolItem.IsCustom(entry.Item) || SendableMessage.IsFit(entry.Call))).ToArray();
        if (open.Length == 0)
            return input;
        var results = new List<QwenItem>();
        var used = new HashSet<QwenItem>();
        var notRun = new List<string>();
        foreach (var (call, item) in open)
        {
            if (HasResult(answer, call))
                continue;
            var result = input.Concat(given).FirstOrDefault(other => ToolItem.IsResult(other) && !used.Contains(other) && ToolItem.CallId(other) == call.Id);
            if (result is not null)
                used.Add(result);
            else
                notRun.Add($"{call.Id} ({call.Name})");
            results.Add(ToolItem.Result(result, call.Id, item, protocol));
        }
        if (notRun.Count > 0 && conversation.WarnOnce("open calls " + last.Id))
            notices.Warn(
                $"The last answer has calls without a result: {string.Join(", ", notRun)}. The model is told that they were not run. To give their results: "
                    + "Send-QwenMessage -ToolOutput.");
        return [.. results, .. input.Where(item => !used.Contains(item))];
    }

    /// <summary>Whether one of the items is a call's result.</summary>
    public static bool HasResult(IEnumerable<QwenItem> items, QwenToolCall call) =>
        items.Any(item => ToolItem.IsResult(item) && ToolItem.CallId(item) == call.Id);
}
