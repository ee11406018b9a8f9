using QwenChat.Model;
using QwenChat.Protocols.Messages;
using QwenChat.Protocols.Responses;
using QwenChat.Tools;

namespace QwenChat.Export;

/// <summary>The kind of an item for display, independent of the API's format.</summary>
internal enum ShownKind
{
    Message,
    Thinking,
    /// <summary>Tool calls that the model requests; a message may accompany them.</summary>
    ToolCalls,
    ToolResult,
    ServiceCalls,
    /// <summary>Any other item, displayed as its type and JSON.</summary>
    Other,
}

/// <summary>An item for display. If the item has no role, <paramref name="Role"/> is its type.</summary>
internal sealed record ShownItem(ShownKind Kind, string Role, IReadOnlyList<DraftPart> Parts)
{
    public IReadOnlyList<QwenToolCall> Calls { get; init; } = [];

    public IReadOnlyList<QwenServiceToolCall> ServiceCalls { get; init; } = [];

    public string Text => string.Concat(Parts.Where(part => part.Kind == "text").Select(part => part.Value));

    public static ShownItem Of(QwenItem item, QwenApi api)
    {
        if (item.Type == "reasoning")
            return new ShownItem(ShownKind.Thinking, "assistant", [DraftPart.OfText(item.Text)]);
        if (ServiceToolItems.Read(item).ToArray() is { Length: > 0 } calls)
            return new ShownItem(ShownKind.ServiceCalls, item.Type, []) { ServiceCalls = calls };
        var message = api is QwenApi.Responses or QwenApi.Conversations ? ResponseItems.Read(item) : ChatMessages.Read(item);
        if (message is null)
            return new ShownItem(ShownKind.Other, item.Type, [DraftPart.OfText(System.Text.Encoding.UTF8.GetString(item.Json.Span))]);
        var kind = message.Role == "tool" ? ShownKind.ToolResult : message.ToolCalls.Count > 0 ? ShownKind.ToolCalls : ShownKind.Message;
        return new ShownItem(kind, message.Role, message.Parts) { Calls = message.ToolCalls };
    }
}
