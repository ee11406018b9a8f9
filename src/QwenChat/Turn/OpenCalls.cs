using QwenChat.History;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Protocols.Messages;

namespace QwenChat.Turn;

/// <summary>The calls of the last answer, which the new turn answers: with the results that were given, or by saying that nobody ran them.</summary>
internal static class OpenCalls
{
    /// <summary>The new items with a result for each call in front. An unanswered call would make every later request fail.</summary>
    /// <param name="path">The turns so far.</param>
    /// <param name="given">Items that were added since the last answer.</param>
    /// <param name="input">The new items.</param>
    /// <param name="protocol">The protocol of the items.</param>
    /// <param name="serviceHasAll">Whether the service has the calls as they were, those that were cut off included.</param>
    /// <param name="notices">Told of calls that have no result.</param>
    public static IReadOnlyList<QwenItem> Answer(
        TurnPath path, IReadOnlyList<QwenItem> given, IReadOnlyList<QwenItem> input, IChatProtocol protocol, bool serviceHasAll, NoticeQueue notices)
    {
        if (path.Last is not { MayBeOdd: true } last)
            return input;
        var answer = last.Items.Skip(last.InputCount).ToArray();
        var open = answer.SelectMany(item => ToolItem.Calls(item, protocol).Select(call => (Call: call, Item: item)))
            .Where(entry => entry.Call.Id.Length > 0 && (serviceHasAll || ToolItem.IsCustom(entry.Item) || SendableMessage.IsFit(entry.Call))).ToArray();
        if (open.Length == 0)
            return input;
        var results = new List<QwenItem>();
        var used = new HashSet<QwenItem>();
        foreach (var (call, item) in open)
        {
            if (answer.Any(other => ToolItem.IsResult(other) && ToolItem.CallId(other) == call.Id))
                continue;
            var result = input.Concat(given).FirstOrDefault(other => ToolItem.IsResult(other) && !used.Contains(other) && ToolItem.CallId(other) == call.Id);
            if (result is not null)
                used.Add(result);
            else
                notices.Verbose($"The call of '{call.Name}' in the last answer has no result; the model is told that it was not run.");
            results.Add(ToolItem.Result(result, call.Id, item, protocol));
        }
        return [.. results, .. input.Where(item => !used.Contains(item))];
    }
}
