using System.Text.Json;

namespace QwenChat.Protocols;

/// <summary>Reads an answer of Chat Completions, streamed or not (qwen-api §4.2, §4.3).</summary>
internal sealed class ChatCompletionsReader : IAnswerReader
{
    private readonly ToolCallNumbers _calls = new();
    private string? _id, _model, _finishReason;
    private DateTimeOffset? _createdAt;

    /// <inheritdoc/>
    public bool IsFinished { get; private set; }

    /// <inheritdoc/>
    public void ReadEvent(in ServerSentEvent serverEvent, List<ChatDelta> deltas)
    {
        var data = serverEvent.Data.Span;
        if (IsFinished || data.IsEmpty)
            return;
        if (data.SequenceEqual("[DONE]"u8))
        {
            if (!End(deltas))
                throw new QwenException(QwenErrorKind.StreamBroken, "The answer ended without a finish reason: it may not be whole.") { Retryable = true, Retry = RetryAdvice.Soon };
            return;
        }
        if (serverEvent.Type.Span.SequenceEqual("error"u8) || serverEvent.Status >= 400)
            throw ErrorBody.OfEvent(serverEvent);
        try
        {
            ReadAnswer(data, serverEvent.Status, deltas);
        }
        catch (JsonException e)
        {
            throw ErrorBody.Malformed("an event that is no JSON", data, e);
        }
    }

    /// <inheritdoc/>
    public void ReadBody(ReadOnlySpan<byte> body, List<ChatDelta> deltas)
    {
        body = ErrorBody.WithoutMark(body);
        try
        {
            if (!ReadAnswer(body, null, deltas))
                throw ErrorBody.Malformed("an answer without choices", body);
        }
        catch (JsonException e)
        {
            throw ErrorBody.Malformed("an answer that is no JSON", body, e);
        }
        Finish(deltas);
    }

    /// <inheritdoc/>
    public bool End(List<ChatDelta> deltas)
    {
        if (!IsFinished && _finishReason is not null)
            Finish(deltas);
        return IsFinished;
    }

    /// <summary>The finish reason is said at the end: the counts come behind it.</summary>
    private void Finish(List<ChatDelta> deltas)
    {
        IsFinished = true;
        deltas.Add(ChoicesReader.Finished(_finishReason));
    }

    /// <summary>Reads a chunk, or a whole answer: they differ in <c>delta</c> and <c>message</c> only. False when it has no choices.</summary>
    private bool ReadAnswer(ReadOnlySpan<byte> json, int? status, List<ChatDelta> deltas)
    {
        int first = deltas.Count;
        bool hasChoices = false, hasError = false, isNews = false;
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("No object.");
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "choices"u8))
                hasChoices |= ChoicesReader.Read(ref reader, json, _calls, deltas, ref _finishReason);
            else if (string.IsNullOrEmpty(_id) && LenientJson.Is(ref reader, "id"u8))
                isNews |= !string.IsNullOrEmpty(_id = LenientJson.String(ref reader));
            else if (string.IsNullOrEmpty(_model) && LenientJson.Is(ref reader, "model"u8))
                isNews |= !string.IsNullOrEmpty(_model = LenientJson.String(ref reader));
            else if (_createdAt is null && LenientJson.Is(ref reader, "created"u8))
                isNews |= (_createdAt = LenientJson.Time(ref reader)) is not null;
            else if (LenientJson.Is(ref reader, "error"u8))
                hasError |= LenientJson.Raw(ref reader, json)[0] is (byte)'{' or (byte)'"';
            else if (!LenientJson.Is(ref reader, "usage"u8))
                LenientJson.SkipValue(ref reader);
            else if (UsageReader.Read(ref reader) is { } usage)
                deltas.Add(new ChatDelta(ChatDeltaKind.Usage) { Usage = usage });
        }
        if ((hasError || !hasChoices) && ErrorBody.Find(status, json) is { } error)
            throw error;
        if (isNews)
            deltas.Insert(first, new ChatDelta(ChatDeltaKind.Started) { Id = _id, Name = _model, Time = _createdAt });
        return hasChoices;
    }
}
