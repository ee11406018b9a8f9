using System.Text;
using System.Text.Json;
using QwenChat.Protocols.Errors;
using QwenChat.Protocols.Events;
using QwenChat.Protocols.Json;
using QwenChat.Streaming;

namespace QwenChat.Protocols.Responses;

/// <summary>
/// Reads an answer of the Responses API, streamed or not (wire §2.4, §2.6). Only the type of an event is required, because documented events omit ids and
/// have inconsistent indexes.
/// </summary>
internal sealed class ResponsesReader : IAnswerReader
{
    private readonly StreamedOutput _output = new();
    private string? _id, _model, _previousId, _requestId;
    private DateTimeOffset? _createdAt;

    /// <inheritdoc/>
    public bool IsFinished { get; private set; }

    /// <inheritdoc/>
    public bool IsWhole => IsFinished;

    /// <inheritdoc/>
    public void ReadEvent(in ServerSentEvent serverEvent, List<ChatDelta> deltas)
    {
        var data = serverEvent.Data.Span;
        if (IsFinished || data.IsEmpty)
            return;
        // Some compatible servers end the stream with the [DONE] of Chat Completions. Without response.completed, the answer may be incomplete.
        if (data.SequenceEqual("[DONE]"u8))
        {
            if (!_output.IsSaid)
                throw ErrorReader.Empty();
            _output.Finish(default, null, deltas);
            deltas.Add(new ChatDelta(ChatDeltaKind.Finished) { State = QwenReplyState.Incomplete });
            IsFinished = true;
            return;
        }
        if (serverEvent.Type.Span.SequenceEqual("error"u8))
            throw ErrorReader.OfEvent(serverEvent);
        try
        {
            var fields = ResponseEventFields.Read(data);
            if (fields.Type.IsEmpty)
                fields.Type = serverEvent.Type.Span;
            if (fields.Type.StartsWith("response."u8))
                Read(fields, serverEvent.Status, deltas);
            else if (serverEvent.Status >= 400)
                throw ErrorReader.OfEvent(serverEvent);
            else if (fields.Type.IsEmpty && IsArray(fields.Output))
                ReadBody(data, deltas);
            else if ((fields.Type.SequenceEqual("error"u8) || fields.Type.IsEmpty) && ErrorReader.Find(serverEvent.Status, data) is { } error)
                throw error;
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
            var response = ResponseFields.Read(body);
            if (!IsArray(response.Output) && response.Status is null && response.OutputText is null && ReadOneEvent(body, deltas))
                return;
            if (!IsArray(response.Output) && response.Status is null && response.OutputText is null)
                throw ErrorReader.Find(null, body) ?? ErrorReader.Malformed("a response without output", body);
            Finish(response, response.Status ?? "completed", httpStatus: null, deltas);
        }
        catch (JsonException e)
        {
            throw ErrorReader.Malformed("a response that is not JSON", body, e);
        }
    }

    /// <summary>Reads a body that is a single event, such as the final event of a stream.</summary>
    private bool ReadOneEvent(ReadOnlySpan<byte> body, List<ChatDelta> deltas)
    {
        if (IsFinished || !IsObject(ResponseEventFields.Read(body).Response))
            return false;
        ReadEvent(new ServerSentEvent(default, body.ToArray(), null), deltas);
        return IsFinished ? true : throw ErrorReader.Empty();
    }

    /// <inheritdoc/>
    public bool End(List<ChatDelta> deltas) => IsFinished;

    private void Read(in ResponseEventFields fields, int? httpStatus, List<ChatDelta> deltas)
    {
        var type = fields.Type["response.".Length..];
        if (type.SequenceEqual("output_item.added"u8))
        {
            if (IsObject(fields.Item))
                _output.Begin(fields.Item, fields.OutputIndex, deltas);
        }
        else if (type.SequenceEqual("output_item.done"u8))
        {
            if (IsObject(fields.Item))
                _output.End(fields.Item, fields.OutputIndex, deltas);
        }
        else if (type.EndsWith("part.done"u8))
        {
            ReadPart(fields, deltas);
        }
        else if (KindOf(type) is { } kind)
        {
            bool inSummary = type.StartsWith("reasoning_summary"u8);
            if (type.EndsWith(".delta"u8) && Said(fields.Delta) is { Length: > 0 } piece)
                _output.Piece(At(kind, fields) with { IsPiece = true }, fields.Part, piece, inSummary, deltas);
            else if (type.EndsWith(".done"u8) && Said(fields) is { Length: > 0 } text)
                _output.Part(At(kind, fields) with { Text = text }, fields.Part, byPart: false, inSummary, deltas);
        }
        else if (IsObject(fields.Response))
        {
            ReadResponse(type, fields, httpStatus, deltas);
        }
    }

    /// <summary>
    /// Returns the kind of item for an event with text, such as <c>output_text.delta</c> or <c>function_call_arguments.done</c>; null for other
    /// events.
    /// </summary>
    private static StreamedItemKind? KindOf(ReadOnlySpan<byte> type)
    {
        int dot = type.LastIndexOf((byte)'.');
        var name = dot < 0 ? type : type[..dot];
        if (name.SequenceEqual("output_text"u8) || name.SequenceEqual("refusal"u8))
            return StreamedItemKind.Message;
        if (name.SequenceEqual("reasoning_text"u8) || name.SequenceEqual("reasoning_summary_text"u8) || name.SequenceEqual("reasoning"u8)
            || name.SequenceEqual("reasoning_summary"u8))
            return StreamedItemKind.Reasoning;
        return name.SequenceEqual("function_call_arguments"u8) || name.SequenceEqual("custom_tool_call_input"u8) ? StreamedItemKind.Call : null;
    }

    private static ItemAddress At(StreamedItemKind kind, in ResponseEventFields fields) =>
        new() { Kind = kind, Id = fields.ItemId, Index = fields.OutputIndex, Name = LenientJson.Text(fields.Name) };

    /// <summary>Reads <c>content_part.done</c> and <c>reasoning_summary_part.done</c>.</summary>
    private void ReadPart(in ResponseEventFields fields, List<ChatDelta> deltas)
    {
        if (!IsObject(fields.ContentPart))
            return;
        var part = ResponseEventFields.Read(fields.ContentPart);
        bool inSummary = part.Type.SequenceEqual("summary_text"u8) || fields.Type.StartsWith("response.reasoning_summary"u8);
        var kind = inSummary || part.Type.StartsWith("reasoning"u8) ? StreamedItemKind.Reasoning : StreamedItemKind.Message;
        if (Said(part) is { Length: > 0 } text)
            _output.Part(At(kind, fields) with { Text = text }, fields.Part, byPart: true, inSummary, deltas);
    }

    /// <summary>Returns the complete text of a <c>done</c> event, from the field that contains it.</summary>
    private static string? Said(in ResponseEventFields fields) =>
        Said(fields.Text) ?? Said(fields.Refusal) ?? Said(fields.Arguments) ?? Said(fields.Input);

    /// <summary>Returns the text of a value: a string or, with some servers, an object with a <c>text</c> member.</summary>
    private static string? Said(ReadOnlySpan<byte> value) =>
        IsObject(value) ? LenientJson.Text(ResponseEventFields.Read(value).Text) : LenientJson.Text(value);

    private void ReadResponse(ReadOnlySpan<byte> type, in ResponseEventFields fields, int? httpStatus, List<ChatDelta> deltas)
    {
        var response = ResponseFields.Read(fields.Response);
        response.Usage ??= fields.Usage;
        if (type.SequenceEqual("created"u8) || type.SequenceEqual("in_progress"u8) || type.SequenceEqual("queued"u8))
            Start(response, deltas);
        else if (type.SequenceEqual("completed"u8) || type.SequenceEqual("done"u8))
            Finish(response, response.Status is null or "in_progress" or "queued" ? "completed" : response.Status, httpStatus, deltas);
        else if (type.SequenceEqual("incomplete"u8) || type.SequenceEqual("failed"u8) || type.SequenceEqual("cancelled"u8))
            Finish(response, Encoding.UTF8.GetString(type), httpStatus, deltas);
    }

    private void Start(in ResponseFields response, List<ChatDelta> deltas)
    {
        string? id = string.IsNullOrEmpty(response.Id) ? _id : response.Id;
        string? model = string.IsNullOrEmpty(response.Model) ? _model : response.Model;
        var createdAt = response.CreatedAt ?? _createdAt;
        string? previousId = response.PreviousId ?? _previousId, requestId = response.RequestId ?? _requestId;
        if ((id, model, createdAt, previousId, requestId) == (_id, _model, _createdAt, _previousId, _requestId))
            return;
        (_id, _model, _createdAt, _previousId, _requestId) = (id, model, createdAt, previousId, requestId);
        deltas.Add(new ChatDelta(ChatDeltaKind.Started) { Id = id, Name = model, Time = createdAt, PreviousId = previousId, RequestId = requestId });
    }

    private void Finish(in ResponseFields response, string status, int? httpStatus, List<ChatDelta> deltas)
    {
        Start(response, deltas);
        if (status == "failed" || IsObject(response.Error))
            throw ErrorReader.OfObject(httpStatus, IsObject(response.Error)
                ? response.Error : "{}"u8, "The response failed. The service did not report a reason.");
        _output.Finish(response.Output, response.OutputText, deltas);
        if (response.Usage is not null)
            deltas.Add(new ChatDelta(ChatDeltaKind.Usage) { Usage = response.Usage });
        deltas.Add(new ChatDelta(ChatDeltaKind.Finished)
        {
            Text = status == "incomplete" ? response.IncompleteReason ?? status : status,
            State = status == "completed" ? QwenReplyState.Completed : QwenReplyState.Incomplete,
        });
        IsFinished = true;
    }

    private static bool IsArray(ReadOnlySpan<byte> value) => !value.IsEmpty && value[0] == (byte)'[';

    private static bool IsObject(ReadOnlySpan<byte> value) => !value.IsEmpty && value[0] == (byte)'{';
}
