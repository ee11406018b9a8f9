using System.Text.Json;
using QwenChat.Model;
using QwenChat.Protocols.Json;
using QwenChat.Protocols.Tools;
using QwenChat.Streaming;

namespace QwenChat.Protocols.Messages;

/// <summary>
/// The DashScope native protocol (wire §5): the client keeps the history and sends it as <c>input.messages</c>, with options and tools in <c>parameters</c>.
/// One endpoint accepts content as a string, and the other endpoint as an array of parts.
/// </summary>
/// <param name="multimodal">True for models of the <c>multimodal-generation</c> endpoint (wire §5.1).</param>
internal sealed class DashScopeProtocol(bool multimodal) : IChatProtocol
{
    /// <summary>The body fields and the members of <c>parameters</c> that only this class writes. <c>-ExtraBody</c> must not contain them.</summary>
    public static IReadOnlySet<string> OwnFields { get; } = new[]
    {
        "model", "input", "parameters", "result_format", "incremental_output", "seed",
    }.Concat(ServiceTools.SwitchNames).Concat(QwenOptionFields.Names).ToHashSet(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IReadOnlyList<QwenItem> WriteMessage(MessageDraft message, DateTimeOffset createdAt) => ChatMessages.Write(message, createdAt, WriteContent);

    /// <inheritdoc/>
    public IReadOnlyList<QwenItem> WriteAnswer(ReplyBuilder answer, DateTimeOffset createdAt) => ChatMessages.WriteAnswer(answer, createdAt, WriteContent);

    /// <inheritdoc/>
    public MessageDraft? ReadMessage(QwenItem item) => ChatMessages.Read(item);

    /// <inheritdoc/>
    public ChatRequestBody WriteRequest(ChatRequest request)
    {
        byte[] head = JsonBytes.Write(writer => WriteHead(writer, request));
        byte[] parameters = JsonBytes.Write(writer => WriteParameters(writer, request));
        byte[] tail = [.. "]},\"parameters\":"u8, .. parameters, (byte)'}'];
        return RequestItems.Body(head, ChatMessages.Pieces(request, isFirst: request.Instructions is null, request.SendThinking, InThisForm), tail);
    }

    /// <inheritdoc/>
    public IAnswerReader NewReader() => new DashScopeReader();

    private void WriteHead(Utf8JsonWriter writer, ChatRequest request)
    {
        writer.WriteStartObject();
        writer.WriteString("model", request.Model);
        writer.WriteStartObject("input");
        writer.WriteStartArray("messages");
        if (request.Instructions is null)
            return;
        writer.WriteStartObject();
        writer.WriteString("role", "system");
        writer.WritePropertyName("content");
        if (request.Marks is { } marks)
            marks.WriteInstructions(writer, request.Instructions, hasType: false);
        else
            WriteContent(writer, "system", [DraftPart.OfText(request.Instructions)]);
        writer.WriteEndObject();
    }

    private static void WriteParameters(Utf8JsonWriter writer, ChatRequest request)
    {
        var options = request.Options;
        writer.WriteStartObject();
        // Older models return plain text by default; thinking and tools require messages (wire §5.2).
        writer.WriteString("result_format", "message");
        if (request.Stream)
            writer.WriteBoolean("incremental_output", true);
        QwenOptionFields.WriteThinking(writer, options);
        QwenOptionFields.WriteSampling(writer, options);
        if (options.MaxOutputTokens is { } limit)
            writer.WriteNumber(QwenOptionFields.LimitName(request), limit);
        if (options.Seed is { } seed)
            writer.WriteNumber("seed", seed);
        ServiceTools.WriteSwitches(writer, request, takesSources: true);
        ResponseFormat.Write(writer, request.Format);
        ToolFields.WriteNestedTools(writer, request);
        ToolFields.WriteNestedChoice(writer, request, takesToolStream: false);
        RequestItems.WriteExtraFields(writer, options);
        writer.WriteEndObject();
    }

    private void WriteContent(Utf8JsonWriter writer, string role, IReadOnlyList<DraftPart> parts)
    {
        // The media in an answer are kept unchanged; in requests, text replaces them.
        if (!multimodal && (role != "assistant" || parts.All(part => part.Kind == "text")))
        {
            if (parts.FirstOrDefault(part => part.Kind != "text") is { } media)
                throw new QwenException(QwenErrorKind.MediaRefused,
                    $"The message has a part of kind '{media.Kind}', but this model's endpoint accepts only text. "
                        + "Use Get-QwenModel to find a model that accepts it.");
            writer.WriteStringValue(string.Concat(parts.Select(part => part.Value)));
            return;
        }
        writer.WriteStartArray();
        foreach (var part in parts)
        {
            writer.WriteStartObject();
            if (part.Kind == "file")
                ChatMessages.WriteFile(writer, part);
            else if (part.Frames.Count == 0)
                writer.WriteString(part.Kind, part.Value);
            else
                WriteFrames(writer, part);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteFrames(Utf8JsonWriter writer, DraftPart part)
    {
        writer.WriteStartArray(part.Kind);
        foreach (string frame in part.Frames)
            writer.WriteStringValue(frame);
        writer.WriteEndArray();
    }

    /// <summary>Returns the message in the format of this endpoint. A message from an earlier turn may have the format of the other endpoint.</summary>
    private QwenItem InThisForm(QwenItem item)
    {
        bool fits = item.ContentForm == (multimodal ? JsonTokenType.StartArray : JsonTokenType.String);
        return fits || item.ContentForm == JsonTokenType.EndObject || ReadMessage(item) is not { } message ? item : WriteMessage(message, default)[^1];
    }
}
