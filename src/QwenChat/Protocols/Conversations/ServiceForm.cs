using QwenChat.Model;
using QwenChat.Protocols.Responses;

namespace QwenChat.Protocols.Conversations;

/// <summary>
/// Converts items and messages to messages that a conversation object accepts (wire §3). Thinking and the tool items of the Responses API are omitted. Tool
/// calls and results in messages of other APIs become text.
/// </summary>
internal static class ServiceForm
{
    /// <summary>Returns the message to add for an item; null for omitted items, such as thinking and searches.</summary>
    public static QwenItem? Of(QwenItem item)
    {
        if (ConversationBodies.CanBeAdded(item))
            return item;
        if (item.Type is "function_call" or "function_call_output" or "custom_tool_call" or "custom_tool_call_output")
            return null;
        return ResponseItems.Read(item) is { } said && Of(said) is { } told ? ResponseItems.Write(told, item.CreatedAt ?? default)[0] : null;
    }

    /// <summary>Returns the message without thinking, and with its tool calls or tool result as text; null if the message is then empty.</summary>
    public static MessageDraft? Of(MessageDraft message)
    {
        if (message.Role == "tool")
            return new MessageDraft("user",
                [DraftPart.OfText($"[Result of the call{(message.ToolCallId is { Length: > 0 } id ? " " + id : "")}]"), .. message.Parts]);
        var calls = message.ToolCalls.Select(call => DraftPart.OfText($"[Call{(call.Id.Length > 0 ? " " + call.Id : "")}: {call.Name} {call.Arguments}]"));
        DraftPart[] parts = [.. message.Parts, .. calls];
        return parts.Length == 0 ? null : new MessageDraft(message.Role, parts);
    }
}
