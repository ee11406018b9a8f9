using QwenChat.Model;
using QwenChat.Protocols.Events;
using QwenChat.Streaming;

namespace QwenChat.Protocols;

/// <summary>How one wire API says things: JSON and events in and out, no sockets.</summary>
internal interface IChatProtocol
{
    /// <summary>Writes what someone says in this API's form. An assistant's thinking and tool calls may become items of their own.</summary>
    IReadOnlyList<QwenItem> WriteMessage(MessageDraft message, DateTimeOffset createdAt);

    /// <summary>The answer's items, to be kept with the turn: final ones where the service sent them, else made from the pieces that came.</summary>
    IReadOnlyList<QwenItem> WriteAnswer(ReplyBuilder answer, DateTimeOffset createdAt);

    /// <summary>
    /// Reads an item of this API's form back into what was said, for another API. Null for what nobody said (a reasoning item, a search call).
    /// </summary>
    MessageDraft? ReadMessage(QwenItem item);

    /// <summary>Writes a request: what does not change first, so that request n+1 begins with request n's bytes up to its last message.</summary>
    ChatRequestBody WriteRequest(ChatRequest request);

    /// <summary>A reader for one answer.</summary>
    IAnswerReader NewReader();
}

/// <summary>Reads one answer: either all its events, or its one body.</summary>
internal interface IAnswerReader
{
    /// <summary>True once the answer's own end marker was read; later events are not needed.</summary>
    bool IsFinished { get; }

    /// <summary>True once the model has finished: what may still come are counts and the end marker, and the answer is whole without them.</summary>
    bool IsWhole { get; }

    /// <summary>Reads one event of a stream. Events and fields that are not known are skipped.</summary>
    /// <exception cref="QwenException">The event reports an error, or cannot be read.</exception>
    void ReadEvent(in ServerSentEvent serverEvent, List<ChatDelta> deltas);

    /// <summary>Reads an answer that was not streamed.</summary>
    /// <exception cref="QwenException">The body reports an error, or cannot be read.</exception>
    void ReadBody(ReadOnlySpan<byte> body, List<ChatDelta> deltas);

    /// <summary>The stream ended without an end marker. True when the answer is whole; false when it was broken off.</summary>
    bool End(List<ChatDelta> deltas);
}
