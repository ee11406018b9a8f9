using System.Text.Json;
using QwenChat.Model;
using QwenChat.Protocols.Json;
using QwenChat.Protocols.Tools;
using QwenChat.Streaming;

namespace QwenChat.Protocols.Messages;

/// <summary>
/// The OpenAI-compatible Chat Completions API (wire §4): the client keeps the history and sends it as <c>messages</c>. Qwen's own fields are at the top
/// level of the body.
/// </summary>
internal sealed class ChatCompletionsProtocol : IChatProtocol
{
    /// <summary>
    /// The body fields that <c>-ExtraBody</c> cannot contain, because only this class writes them. <c>tools</c> is allowed in <c>-ExtraBody</c> and is added to
    /// the tools of the request.
    /// </summary>
    public static IReadOnlySet<string> OwnFields { get; } = new[]
    {
        "model", "messages", "stream", "stream_options", "seed", "modalities", "audio",
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
        // Only Qwen accepts thinking in a separate field; other servers would reject the field, or count it as text.
        bool sendThinking = request.SendThinking && !request.StandardFieldsOnly;
        byte[] head = JsonBytes.Write(writer => WriteHead(writer, request));
        byte[] options = JsonBytes.Write(writer => WriteOptions(writer, request));
        byte[] tail = RequestItems.Tail(options);
        bool isFirst = request.Instructions is null;
        return sendThinking || request.Marks is not null
            ? RequestItems.Body(head, ChatMessages.Pieces(request, isFirst, sendThinking), tail)
            : RequestItems.PlainBody(head, request, isFirst, tail);
    }

    /// <inheritdoc/>
    public IAnswerReader NewReader() => new ChatCompletionsReader();

    private static void WriteHead(Utf8JsonWriter writer, ChatRequest request)
    {
        writer.WriteStartObject();
        writer.WriteString("model", request.Model);
        ToolFields.WriteNestedTools(writer, request);
        writer.WriteStartArray("messages");
        if (request.Instructions is null)
            return;
        writer.WriteStartObject();
        writer.WriteString("role", "system");
        writer.WritePropertyName("content");
        if (request.Marks is { } marks)
            marks.WriteInstructions(writer, request.Instructions);
        else
            writer.WriteStringValue(request.Instructions);
        writer.WriteEndObject();
    }

    private static void WriteOptions(Utf8JsonWriter writer, ChatRequest request)
    {
        var options = request.Options;
        writer.WriteStartObject();
        if (request.Stream)
        {
            writer.WriteBoolean("stream", true);
            writer.WriteStartObject("stream_options");
            writer.WriteBoolean("include_usage", true);
            writer.WriteEndObject();
        }
        if (request.Spoken is { } spoken)
        {
            writer.WriteStartArray("modalities");
            writer.WriteStringValue("text");
            writer.WriteStringValue("audio");
            writer.WriteEndArray();
            writer.WriteStartObject("audio");
            writer.WriteString("voice", spoken.Voice);
            writer.WriteString("format", spoken.Format);
            writer.WriteEndObject();
        }
        if (request.StandardFieldsOnly)
        {
            if (QwenOptionFields.StandardEffort(options) is { } effort)
                writer.WriteString("reasoning_effort", effort);
        }
        else
        {
            QwenOptionFields.WriteThinking(writer, options);
        }
        QwenOptionFields.WriteSampling(writer, options);
        if (options.MaxOutputTokens is { } limit)
            writer.WriteNumber(QwenOptionFields.LimitName(request), limit);
        if (options.Seed is { } seed)
            writer.WriteNumber("seed", seed);
        if (!request.StandardFieldsOnly)
            ServiceTools.WriteSwitches(writer, request, takesSources: false);
        // Without this field, the pages of documents are billed but not reported (wire §17).
        if (!request.StandardFieldsOnly && request.HasDocuments && options.ExtraBody?.ContainsKey("include_tool_usage") != true)
            writer.WriteBoolean("include_tool_usage", true);
        ResponseFormat.Write(writer, request.Format);
        ToolFields.WriteNestedChoice(writer, request, takesToolStream: true);
        RequestItems.WriteExtraFields(writer, options);
        writer.WriteEndObject();
    }

    /// <summary>
    /// Writes text as a string, and other content as parts (wire §4.1). An assistant's images are also kept as parts, and become text only in requests
    /// (wire §6.5).
    /// </summary>
    private static void WriteContent(Utf8JsonWriter writer, string role, IReadOnlyList<DraftPart> parts)
    {
        if (parts.All(part => part.Kind == "text") && (role != "user" || parts.Count <= 1))
        {
            writer.WriteStringValue(string.Concat(parts.Select(part => part.Value)));
            return;
        }
        writer.WriteStartArray();
        foreach (var part in parts)
        {
            writer.WriteStartObject();
            WritePart(writer, part);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WritePart(Utf8JsonWriter writer, DraftPart part)
    {
        switch (part.Kind)
        {
            case "text":
                writer.WriteString("type", "text");
                writer.WriteString("text", part.Value);
                break;
            case "video" when part.Frames.Count > 0:
                writer.WriteString("type", "video");
                writer.WriteStartArray("video");
                foreach (string frame in part.Frames)
                    writer.WriteStringValue(frame);
                writer.WriteEndArray();
                break;
            case "image" or "video":
                string name = part.Kind + "_url";
                writer.WriteString("type", name);
                writer.WriteStartObject(name);
                writer.WriteString("url", part.Value);
                writer.WriteEndObject();
                break;
            case "file":
                writer.WriteString("type", "file");
                writer.WriteStartObject("file");
                ChatMessages.WriteFile(writer, part);
                writer.WriteEndObject();
                break;
            case "audio":
                writer.WriteString("type", "input_audio");
                writer.WriteStartObject("input_audio");
                writer.WriteString("data", part.Value);
                if (AudioFormat.Of(part.Value) is { } format)
                    writer.WriteString("format", format);
                writer.WriteEndObject();
                break;
            default:
                throw new QwenException(QwenErrorKind.MediaRefused,
                    $"The Chat Completions API does not accept a part of kind '{part.Kind}'.");
        }
    }
}
