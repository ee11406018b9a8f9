using QwenChat.Model;
using QwenChat.Protocols.Messages;
using QwenChat.Protocols.Responses;
using QwenChat.Tools;

namespace QwenChat.Export;

/// <summary>What a person is shown of an item, whichever API's form it has.</summary>
internal enum ShownKind
{
    /// <summary>A message, of the user's side or the answer's.</summary>
    Message,
    /// <summary>The model's thinking.</summary>
    Thinking,
    /// <summary>Calls that the model asks for; a message may come with them.</summary>
    ToolCalls,
    /// <summary>What a tool gave back.</summary>
    ToolResult,
    /// <summary>Calls of tools that ran at the service.</summary>
    ServiceCalls,
    /// <summary>Anything else: its type and its JSON.</summary>
    Other,
}

/// <summary>An item, read for display.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Role">Who says it; the item's type where nobody does.</param>
/// <param name="Parts">Texts and media, in order.</param>
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
