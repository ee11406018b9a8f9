using System.Text.Json;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Protocols.Json;
using QwenChat.Protocols.Responses;
using QwenChat.Streaming;
using QwenChat.Turn;

namespace QwenChat.History;

/// <summary>Reads and writes tool calls and their results, in the formats of all APIs.</summary>
internal static class ToolItem
{
    private const string CustomCall = "custom_tool_call", CustomResult = "custom_tool_call_output";

    public static bool IsResult(QwenItem item) => item.Role == "tool" || item.Type is "function_call_output" or CustomResult;

    public static bool IsCustom(QwenItem item) => item.Type == CustomCall;

    /// <summary>Returns the calls in an item; usually none.</summary>
    public static IReadOnlyList<QwenToolCall> Calls(QwenItem item, IChatProtocol protocol)
    {
        if (IsCustom(item))
            return [new QwenToolCall(CallId(item) ?? "", "custom", ToolArguments.None)];
        return item.Type == "function_call" || (item.Role == "assistant" && HasCalls(item)) ? protocol.ReadMessage(item)?.ToolCalls ?? [] : [];
    }

    public static string? CallId(QwenItem item)
    {
        var reader = new Utf8JsonReader(item.Frame.Span);
        reader.Read();
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "call_id"u8) || LenientJson.Is(ref reader, "tool_call_id"u8))
                return LenientJson.String(ref reader);
            LenientJson.SkipValue(ref reader);
        }
        return null;
    }

    /// <summary>Returns whether the arguments of a function call are a string; true for any other item. Some servers send an object.</summary>
    public static bool HasTextArguments(QwenItem item) => item.Type != "function_call" || ResponseItems.HasTextArguments(item);

    /// <summary>Returns the result of a call: the specified result, with the call's id, or a result that states that the call was not run.</summary>
    public static QwenItem Result(QwenItem? given, string callId, QwenItem call, IChatProtocol protocol)
    {
        if (given is not null && CallId(given) == callId)
            return given;
        if (IsCustom(call))
            return given ?? NotRunCustom(callId, call);
        var message = given is null ? null : protocol.ReadMessage(given);
        message ??= MessageDraft.OfText("tool", SendableHistory.NotRunResult);
        return protocol.WriteMessage(message with { ToolCallId = callId }, call.CreatedAt ?? default)[0];
    }

    private static bool HasCalls(QwenItem item) => item.Frame.Span.IndexOf("\"tool_calls\":"u8) >= 0 || item.Frame.Span.IndexOf("\"function_call\":"u8) >= 0;

    private static QwenItem NotRunCustom(string callId, QwenItem call) => new(
        JsonBytes.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("type", CustomResult);
            writer.WriteString("call_id", callId);
            writer.WriteString("output", SendableHistory.NotRunResult);
            writer.WriteEndObject();
        }), LocalId.ForItem(), CustomResult, null) { CreatedAt = call.CreatedAt };
}
