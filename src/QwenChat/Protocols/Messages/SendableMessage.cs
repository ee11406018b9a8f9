using QwenChat.Model;
using QwenChat.Streaming;

namespace QwenChat.Protocols.Messages;

/// <summary>Makes an assistant's message valid for requests, whether it comes from an answer, a file, another API or the user.</summary>
internal static class SendableMessage
{
    /// <summary>
    /// Moves thinking out of the content of an assistant's message, and makes its calls valid. A call with truncated arguments is omitted. Missing arguments
    /// become an empty object, and a missing id is generated.
    /// </summary>
    public static MessageDraft Of(MessageDraft message)
    {
        if (message.Role != "assistant")
            return message;
        if (message.ToolCalls.Any(call => !IsFit(call)))
            message = message with { ToolCalls = Calls(message.ToolCalls) };
        if (message.Parts is not [{ Kind: "text" } first, ..] || ThinkTag.Split(first.Value) is not { Thinking.Length: > 0 } content)
            return message;
        DraftPart[] parts = [.. content.Text.Length == 0 ? Array.Empty<DraftPart>() : [DraftPart.OfText(content.Text)], .. message.Parts.Skip(1)];
        return message with { Parts = parts, Thinking = ThinkTag.Join(message.Thinking ?? "", content.Thinking) };
    }

    /// <summary>Replaces each media part of an assistant's message with text, because no API accepts an assistant's media (wire §6.5).</summary>
    public static IReadOnlyList<DraftPart> AsText(IReadOnlyList<DraftPart> parts) =>
        parts.All(part => part.Kind == "text") ? parts : parts.Select(part => part.Kind == "text" ? part : DraftPart.OfText(Placeholder(part))).ToArray();

    private static string Placeholder(DraftPart medium) =>
        medium.Value.StartsWith("http", StringComparison.OrdinalIgnoreCase) ? $"[{medium.Kind}: {medium.Value}]" : $"[{medium.Kind}]";

    public static IReadOnlyList<QwenToolCall> Calls(IEnumerable<QwenToolCall> calls) => calls.Select(Fit).OfType<QwenToolCall>().ToArray();

    /// <summary>Returns the call in the format for requests; null if the call cannot be sent.</summary>
    public static QwenToolCall? Fit(QwenToolCall call) =>
        call.Name.Length == 0 || ToolArguments.Fit(call.Arguments) is not { } arguments ? null
        : call with { Id = call.Id.Length == 0 ? QwenToolCall.NewId() : call.Id, Arguments = arguments };

    public static bool IsFit(QwenToolCall call) =>
        call.Id.Length > 0 && call.Name.Length > 0 && ReferenceEquals(ToolArguments.Fit(call.Arguments), call.Arguments);
}
