using System.Text.Json;
using QwenChat.Protocols.Errors;
using QwenChat.Protocols.Events;
using QwenChat.Protocols.Json;
using QwenChat.Streaming;

namespace QwenChat.Protocols.Messages;

/// <summary>Reads an answer of Chat Completions, streamed or not (wire §4.2, §4.3).</summary>
internal sealed class ChatCompletionsReader : IAnswerReader
{
    private readonly ChoicesReader _choices = new();
    private string? _id, _model, _requestId;
    private DateTimeOffset? _createdAt;
    private bool _saysSomething;

    /// <inheritdoc/>
    public bool IsFinished { get; private set; }

    /// <inheritdoc/>
    public bool IsWhole => IsFinished || _choices.AreFinished;

    /// <inheritdoc/>
    public void ReadEvent(in ServerSentEvent serverEvent, List<ChatDelta> deltas)
    {
        var data = serverEvent.Data.Span;
        if (IsFinished || data.IsEmpty)
            return;
        if (data.SequenceEqual("[DONE]"u8))
        {
            // Without a finish reason, the answer may be incomplete, so the received part is kept as an incomplete answer.
            if (!End(deltas) && _saysSomething)
                Finish(deltas);
            else if (!IsFinished)
                throw ErrorReader.Empty();
            return;
        }
        if (serverEvent.Type.Span.SequenceEqual("error"u8) || serverEvent.Status >= 400)
            throw ErrorReader.OfEvent(serverEvent);
        int first = deltas.Count;
        try
        {
            ReadAnswer(data, serverEvent.Status, deltas);
            _saysSomething = _saysSomething || ChatDelta.AreSaid(deltas, first) || _choices.HoldsText;
        }
        catch (JsonException e)
        {
            throw ErrorReader.Malformed("an event that is not JSON", data, e);
        }
    }

    /// <inheritdoc/>
    public void ReadBody(ReadOnlySpan<byte> body, List<ChatDelta> deltas)
    {
        body = ErrorReader.WithoutMark(body);
        try
        {
            if (!ReadAnswer(body, null, deltas))
                throw ErrorReader.Malformed("a response without choices", body);
        }
        catch (JsonException e)
        {
            throw ErrorReader.Malformed("a response that is not JSON", body, e);
        }
        Finish(deltas);
    }

    /// <inheritdoc/>
    public bool End(List<ChatDelta> deltas)
    {
        if (!IsFinished && _choices.HasReason)
            Finish(deltas);
        return IsFinished;
    }

    /// <summary>Reports the finish reason. This is done at the end, because the token counts arrive after the finish reason.</summary>
    private void Finish(List<ChatDelta> deltas)
    {
        IsFinished = true;
        _choices.Finish(deltas);
    }

    /// <summary>
    /// Reads a chunk, which has a <c>delta</c>, or a whole answer, which has a <c>message</c>. Returns false if the JSON contains no choices.
    /// </summary>
    private bool ReadAnswer(ReadOnlySpan<byte> json, int? status, List<ChatDelta> deltas)
    {
        int first = deltas.Count;
        bool hasChoices = false, hasError = false, isNews = false;
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("The value is not an object.");
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "choices"u8))
                hasChoices |= _choices.Read(ref reader, json, deltas);
            else if (string.IsNullOrEmpty(_id) && LenientJson.Is(ref reader, "id"u8))
                isNews |= !string.IsNullOrEmpty(_id = LenientJson.String(ref reader));
            else if (string.IsNullOrEmpty(_model) && LenientJson.Is(ref reader, "model"u8))
                isNews |= !string.IsNullOrEmpty(_model = LenientJson.String(ref reader));
            else if (_createdAt is null && LenientJson.Is(ref reader, "created"u8))
                isNews |= (_createdAt = LenientJson.Time(ref reader)) is not null;
            else if (LenientJson.Is(ref reader, "error"u8))
                hasError |= LenientJson.Raw(ref reader, json)[0] is (byte)'{' or (byte)'"';
            else if (_requestId is null && LenientJson.Is(ref reader, "request_id"u8))
                isNews |= (_requestId = LenientJson.String(ref reader)) is not null;
            else if (LenientJson.Is(ref reader, "usage"u8))
                AddUsage(UsageReader.Read(ref reader), deltas);
            else if (LenientJson.StartsWith(ref reader, "x_"u8))
                ReadExtension(ref reader, deltas, ref isNews);
            else
                LenientJson.SkipValue(ref reader);
        }
        if ((hasError || !hasChoices) && ErrorReader.Find(status, json) is { } error)
            throw error;
        if (isNews)
            deltas.Insert(first, new ChatDelta(ChatDeltaKind.Started) { Id = _id, Name = _model, Time = _createdAt, RequestId = _requestId });
        return hasChoices;
    }

    private static void AddUsage(QwenUsage? usage, List<ChatDelta> deltas)
    {
        if (usage is not null)
            deltas.Add(new ChatDelta(ChatDeltaKind.Usage) { Usage = usage });
    }

    /// <summary>Reads a server's own field, such as <c>x_groq</c>, which may contain the token counts and the request id.</summary>
    private void ReadExtension(ref Utf8JsonReader reader, List<ChatDelta> deltas, ref bool isNews)
    {
        if (!LenientJson.EnterObject(ref reader))
            return;
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "usage"u8))
                AddUsage(UsageReader.Read(ref reader), deltas);
            else if (_requestId is null && LenientJson.Is(ref reader, "id"u8))
                isNews |= (_requestId = LenientJson.String(ref reader)) is not null;
            else
                LenientJson.SkipValue(ref reader);
        }
    }
}
