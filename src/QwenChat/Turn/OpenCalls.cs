using QwenChat.History;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Protocols.Messages;

namespace QwenChat.Turn;

/// <summary>The pending tool calls of the last reply, which the new turn must answer with results or with a note that they were not run.</summary>
internal static class OpenCalls
{
    /// <summary>Returns the calls in a turn that have no result in the same turn; usually none.</summary>
    public static IReadOnlyList<QwenToolCall> Of(QwenTurn? turn, IChatProtocol protocol)
    {
        var answer = turn?.Items.Skip(turn.InputCount).ToArray() ?? [];
        return [.. answer.SelectMany(item => ToolItem.Calls(item, protocol)).Where(call => !HasResult(answer, call))];
    }

    /// <summary>Rejects a result without a pending call, because the service would reject the request.</summary>
    /// <exception cref="QwenException">The last reply has no pending call with this id.</exception>
    public static void Check(IReadOnlyList<QwenToolCall> open, string? callId)
    {
        if (!open.Any(call => call.Id == callId))
            throw new QwenException(QwenErrorKind.InvalidRequest, open.Count == 0
                ? $"The last reply has no pending call, so a result for '{callId}' cannot be sent."
                : $"There is no pending call '{callId}'. The pending calls are: {string.Join(", ", open.Select(call => $"{call.Id} ({call.Name})"))}.");
    }

    /// <summary>Returns the new items, preceded by a result for each pending call. An unanswered call would make every later request fail.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="given">Items that were added since the last reply.</param>
    /// <param name="input">The new items.</param>
    /// <param name="protocol">The protocol of the items.</param>
    /// <param name="serviceHasAll">Whether the service has the original calls, including truncated ones.</param>
    /// <param name="notices">Receives warnings about calls without results.</param>
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
                $"The last reply has calls without a result: {string.Join(", ", notRun)}. The model is told that they were not run. To send their results "
                    + "instead, undo the new turn (Undo-QwenTurn), and use Send-QwenMessage -ToolOutput.");
        return [.. results, .. input.Where(item => !used.Contains(item))];
    }

    public static bool HasResult(IEnumerable<QwenItem> items, QwenToolCall call) =>
        items.Any(item => ToolItem.IsResult(item) && ToolItem.CallId(item) == call.Id);
}
