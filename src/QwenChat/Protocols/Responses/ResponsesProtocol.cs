using System.Text.Json;
using QwenChat.Model;
using QwenChat.Protocols.Json;
using QwenChat.Protocols.Messages;
using QwenChat.Protocols.Tools;
using QwenChat.Streaming;

namespace QwenChat.Protocols.Responses;

/// <summary>
/// The Responses API (wire §2), which also serves conversation objects (wire §3). The service keeps the history of the response or conversation that a
/// request continues. Any other request contains the history.
/// </summary>
/// <remarks>
/// History items are sent unchanged, with searches and tool calls (wire §2.3). Thinking is sent only if <see cref="ChatRequest.SendThinking"/> is set. Items
/// of other service tools are not sent, because they are not documented as input. The seed (wire §2.3) and the thinking budget are not sent, because this API
/// ignores them.
/// </remarks>
internal sealed class ResponsesProtocol : IChatProtocol
{
    /// <summary>
    /// The body fields that <c>-ExtraBody</c> cannot contain, because only this class writes them. <c>tools</c> is allowed in <c>-ExtraBody</c> and is added to
    /// the tools of the request.
    /// </summary>
    public static IReadOnlySet<string> OwnFields { get; } = new[]
    {
        "model", "instructions", "input", "previous_response_id", "conversation", "store", "stream", "reasoning", "enable_thinking",
        "max_output_tokens",
    }.Concat(QwenOptionFields.SamplingNames).ToHashSet(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IReadOnlyList<QwenItem> WriteMessage(MessageDraft message, DateTimeOffset createdAt) => ResponseItems.Write(message, createdAt);

    /// <inheritdoc/>
    public IReadOnlyList<QwenItem> WriteAnswer(ReplyBuilder answer, DateTimeOffset createdAt)
    {
        // An answer that was cut off consists of the complete items and the received deltas of the incomplete items.
        var pieces = answer.Pieces.ToArray();
        var items = pieces.Length == 0 ? answer.Items : [.. pieces.Select(piece => piece.Item ?? OfPieces(piece, answer)).OfType<QwenItem>()];
        return [.. SendableOutput.Fit(items, answer).Select(item => item.With(createdAt: item.CreatedAt ?? createdAt))];
    }

    /// <inheritdoc/>
    public MessageDraft? ReadMessage(QwenItem item) => ResponseItems.Read(item);

    /// <inheritdoc/>
    public ChatRequestBody WriteRequest(ChatRequest request)
    {
        byte[] head = JsonBytes.Write(writer => WriteHead(writer, request));
        byte[] options = JsonBytes.Write(writer => WriteOptions(writer, request));
        byte[] tail = RequestItems.Tail(options);
        return request.SendThinking ? RequestItems.Body(head, Pieces(request), tail) : RequestItems.PlainBody(head, request, isFirst: true, tail);
    }

    /// <inheritdoc/>
    public IAnswerReader NewReader() => new ResponsesReader();

    /// <summary>Returns the bytes of the items to send, including thinking.</summary>
    private static IEnumerable<ReadOnlyMemory<byte>> Pieces(ChatRequest request)
    {
        bool isFirst = true;
        foreach (var item in RequestItems.Of(request))
        {
            if (!item.IsAlwaysSent && item.Type != "reasoning")
                continue;
            if (!isFirst)
                yield return RequestItems.Comma;
            isFirst = false;
            if (item.IsOnePiece)
            {
                yield return item.Json;
                continue;
            }
            foreach (var piece in item.Pieces)
                yield return piece;
        }
    }

    private static void WriteHead(Utf8JsonWriter writer, ChatRequest request)
    {
        writer.WriteStartObject();
        writer.WriteString("model", request.Model);
        ToolFields.WriteFlatTools(writer, request);
        if (request.Instructions is not null)
            writer.WriteString("instructions", request.Instructions);
        writer.WriteStartArray("input");
    }

    private static void WriteOptions(Utf8JsonWriter writer, ChatRequest request)
    {
        var options = request.Options;
        writer.WriteStartObject();
        if (request.PreviousResponseId is not null)
            writer.WriteString("previous_response_id", request.PreviousResponseId);
        if (request.ConversationId is not null)
            writer.WriteString("conversation", request.ConversationId);
        if (!request.Store)
            writer.WriteBoolean("store", false);
        if (request.Stream)
            writer.WriteBoolean("stream", true);
        string? effort = request.StandardFieldsOnly ? QwenOptionFields.StandardEffort(options)
            : options.ReasoningEffort ?? (options.Thinking == QwenThinking.Off ? "none" : null);
        if (effort is not null)
        {
            writer.WriteStartObject("reasoning");
            writer.WriteString("effort", effort);
            writer.WriteEndObject();
        }
        else if (options.Thinking == QwenThinking.On)
        {
            writer.WriteBoolean("enable_thinking", true);
        }
        QwenOptionFields.WriteSampling(writer, options);
        if (options.MaxOutputTokens is { } limit)
            writer.WriteNumber("max_output_tokens", limit);
        ToolFields.WriteFlatChoice(writer, request);
        RequestItems.WriteExtraFields(writer, options);
        writer.WriteEndObject();
    }

    private static QwenItem? OfPieces(OutputPiece piece, ReplyBuilder answer) => piece.Kind switch
    {
        ChatDeltaKind.Text => ResponseItems.OfPieces(StreamedItemKind.Message, null, piece.Text),
        ChatDeltaKind.Thinking => ResponseItems.OfPieces(StreamedItemKind.Reasoning, null, piece.Text),
        _ => ResponseItems.OfPieces(StreamedItemKind.Call, answer.ToolCalls.ElementAtOrDefault(piece.CallIndex), piece.Text),
    };
}
