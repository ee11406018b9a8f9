using QwenChat.Model;
using QwenChat.Protocols.Messages;
using QwenChat.Streaming;

namespace QwenChat.Protocols.Tools;

/// <summary>Writes an answer's items for the next request, with the results of its tool calls at the positions that the API requires.</summary>
internal static class ToolRound
{
    /// <summary>
    /// Returns the items of the answer with the results of its calls. A result follows its call or, if a message contains the calls, the message
    /// (wire §14.2, §14.4). A call with invalid arguments is kept without arguments, so that its result can report the error. A call whose id is not in
    /// <paramref name="results"/> remains pending.
    /// </summary>
    public static IReadOnlyList<QwenItem> Write(
        IChatProtocol protocol, ReplyBuilder answer, IReadOnlyDictionary<string, string> results, DateTimeOffset createdAt)
    {
        var items = new List<QwenItem>();
        foreach (var item in Repair(protocol, answer, protocol.WriteAnswer(answer, createdAt), createdAt))
        {
            items.Add(item);
            foreach (var call in CallsOf(protocol, item))
            {
                if (results.TryGetValue(call.Id, out string? result))
                    items.AddRange(protocol.WriteMessage(MessageDraft.OfText("tool", result) with { ToolCallId = call.Id }, createdAt));
            }
        }
        return items;
    }

    private static IReadOnlyList<QwenToolCall> CallsOf(IChatProtocol protocol, QwenItem item) =>
        item.IsForDisplay || (item.Role != "assistant" && item.Type != "function_call") ? [] : protocol.ReadMessage(item)?.ToolCalls ?? [];

    /// <summary>Returns the items of the answer, with every call in a form that a request can contain.</summary>
    private static IReadOnlyList<QwenItem> Repair(IChatProtocol protocol, ReplyBuilder answer, IReadOnlyList<QwenItem> items, DateTimeOffset createdAt)
    {
        var calls = answer.ToolCalls.Where(call => call.Name.Length > 0)
            .Select(call => SendableMessage.Fit(call) ?? call with { Arguments = ToolArguments.None }).ToArray();
        if (calls.SequenceEqual(items.SelectMany(item => CallsOf(protocol, item))))
            return items;
        // Separate call items include all calls. A message contains only the complete calls, so it is rewritten.
        if (items.Any(item => item.Type == "function_call"))
            return items.Select(item => Named(item) is { } call ? With(item, call) : item).ToArray();
        var message = items.LastOrDefault(item => item is { Type: "message", Role: "assistant" });
        var said = (message is null ? null : protocol.ReadMessage(message)) ?? new MessageDraft("assistant", []);
        var asking = Asking(said with { ToolCalls = calls, Thinking = null });
        return message is not null ? items.Select(item => item == message ? Rewritten(item, asking) : item).ToArray()
            : [.. items.TakeWhile(item => !item.IsForDisplay), asking, .. items.SkipWhile(item => !item.IsForDisplay)];

        QwenToolCall? Named(QwenItem item) => CallsOf(protocol, item) is [var own] ? calls.FirstOrDefault(call => call.Id == own.Id) : null;

        QwenItem With(QwenItem item, QwenToolCall call) => Rewritten(item, Asking(new MessageDraft("assistant", []) { ToolCalls = [call] }));

        QwenItem Asking(MessageDraft draft) => protocol.WriteMessage(draft, createdAt)[^1];
    }

    private static QwenItem Rewritten(QwenItem item, QwenItem form) =>
        new(form.Json, item.Id, form.Type, form.Role) { CreatedAt = item.CreatedAt, ExpiresAt = item.ExpiresAt };
}
