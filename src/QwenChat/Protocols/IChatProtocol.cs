using QwenChat.Model;
using QwenChat.Protocols.Events;
using QwenChat.Streaming;

namespace QwenChat.Protocols;

/// <summary>The wire format of one API: reads and writes JSON and events, without network access.</summary>
internal interface IChatProtocol
{
    /// <summary>Writes a message in the format of this API. An assistant's thinking and tool calls may become separate items.</summary>
    IReadOnlyList<QwenItem> WriteMessage(MessageDraft message, DateTimeOffset createdAt);

    /// <summary>Returns the answer's items for the turn. If the service sent no items, they are created from the deltas.</summary>
    IReadOnlyList<QwenItem> WriteAnswer(ReplyBuilder answer, DateTimeOffset createdAt);

    /// <summary>
    /// Converts an item in this API's format to a message that any API can write; null for thinking, searches and other items that are not messages.
    /// </summary>
    MessageDraft? ReadMessage(QwenItem item);

    /// <summary>Writes a request. The constant parts come first, so that a request normally begins with the bytes of the previous request.</summary>
    ChatRequestBody WriteRequest(ChatRequest request);

    /// <summary>Creates a reader for one answer.</summary>
    IAnswerReader NewReader();
}

/// <summary>Reads one answer from its events or from its body.</summary>
internal interface IAnswerReader
{
    /// <summary>True once the end marker of the answer has been read; later events are not needed.</summary>
    bool IsFinished { get; }

    /// <summary>True once the model has finished. The answer is then complete, even if the token counts and the end marker do not arrive.</summary>
    bool IsWhole { get; }

    /// <summary>Reads one event from a stream. Unknown events and fields are skipped.</summary>
    /// <exception cref="QwenException">The event reports an error, or cannot be read.</exception>
    void ReadEvent(in ServerSentEvent serverEvent, List<ChatDelta> deltas);

    /// <summary>Reads an answer that was not streamed.</summary>
    /// <exception cref="QwenException">The body reports an error, or cannot be read.</exception>
    void ReadBody(ReadOnlySpan<byte> body, List<ChatDelta> deltas);

    /// <summary>Handles the end of a stream without an end marker. Returns true if the answer is complete; false if it was cut off.</summary>
    bool End(List<ChatDelta> deltas);
}
