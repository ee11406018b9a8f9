using QwenChat.Model;
using QwenChat.Protocols.Messages;
using QwenChat.Streaming;

namespace QwenChat.Protocols.Responses;

/// <summary>
/// Makes the items of a Responses answer valid for requests. A truncated call stays in the turn, because a conversation object also contains the call and
/// expects a result. <c>SendableItems</c> omits the call from requests that contain the history.
/// </summary>
internal static class SendableOutput
{
    /// <summary>The status of a truncated call.</summary>
    public const string CutOff = "incomplete";

    private static bool IsCall(QwenItem item) => item.Type is "function_call" or "custom_tool_call";

    /// <summary>Returns valid items. Thinking within a message becomes a separate item, and complete calls have an id and valid arguments.</summary>
    public static IEnumerable<QwenItem> Fit(IReadOnlyList<QwenItem> items, ReplyBuilder answer)
    {
        var calls = answer.ToolCalls;
        var named = new HashSet<string>(StringComparer.Ordinal);
        int number = 0;
        foreach (var item in items)
        {
            if (IsCall(item))
            {
                // The item is matched with a call of the answer by id, or by position if no call has the id or an earlier item has the same id.
                var own = ResponseItems.Read(item) is { ToolCalls: [var read] } ? read : null;
                var byId = own?.Id is { Length: > 0 } id && named.Add(id) ? calls.FirstOrDefault(call => call.Id == id) : null;
                yield return FitCall(item, byId ?? (number < calls.Count ? calls[number] : null), answer.WholeCalls);
                number++;
                continue;
            }
            foreach (var part in FitMessage(item))
                yield return part;
        }
    }

    private static QwenItem FitCall(QwenItem item, QwenToolCall? told, IReadOnlyList<QwenToolCall> whole)
    {
        if (ResponseItems.Read(item) is not { ToolCalls: [var own] })
            return item;
        string id = told is not null && told.Name == own.Name ? told.Id : own.Id;
        if (SendableMessage.Fit(own with { Id = id }) is not { } fit || (told is not null && told.Name == own.Name && !whole.Contains(told)))
            return item.With(status: CutOff);
        return ResponseItems.HasTextArguments(item) && fit == own
            ? item : Same(item, ResponseItems.Write(new MessageDraft("assistant", []) { ToolCalls = [fit] }, default)[0]);
    }

    private static IEnumerable<QwenItem> FitMessage(QwenItem item)
    {
        bool thinks = item is { Type: "message", Role: "assistant" } && ThinkTag.Split(item.Text).Thinking.Length > 0;
        if (!thinks || ResponseItems.Read(item) is not { } message)
            return [item];
        // Parts are joined, because a think tag may span several parts.
        if (message.Parts.All(part => part.Kind == "text"))
            message = message with { Parts = [DraftPart.OfText(item.Text)] };
        return ResponseItems.Write(message, default).Select(part => part.Type == "message" ? Same(item, part) : part)
            .Where(part => part.Type != "message" || part.Text.Length > 0);
    }

    /// <summary>Returns an item with the id, times and status of one item and the content of another.</summary>
    private static QwenItem Same(QwenItem item, QwenItem form) =>
        new(form.Json, item.Id, form.Type, form.Role) { CreatedAt = item.CreatedAt, ExpiresAt = item.ExpiresAt, Status = item.Status };
}
