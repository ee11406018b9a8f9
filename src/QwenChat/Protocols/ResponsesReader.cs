using System.Text.Json;

namespace QwenChat.Protocols;

/// <summary>
/// Reads an answer of the Responses API, streamed or not (qwen-api §2.4, §2.6). The documented events contradict themselves in their
/// indexes and leave out ids, so the type leads and every other field may be missing.
/// </summary>
internal sealed class ResponsesReader : IAnswerReader
{
    private readonly StreamedItems _items = new();
    private string? _id, _model;
    private DateTimeOffset? _createdAt;

    /// <inheritdoc/>
    public bool IsFinished { get; private set; }

    /// <inheritdoc/>
    public void ReadEvent(in ServerSentEvent serverEvent, List<ChatDelta> deltas)
    {
        var data = serverEvent.Data.Span;
        // Some compatible servers end with Chat Completions' [DONE]. It says nothing here.
        if (IsFinished || data.IsEmpty || data.SequenceEqual("[DONE]"u8))
            return;
        if (serverEvent.Type.Span.SequenceEqual("error"u8))
            throw ErrorBody.OfEvent(serverEvent);
        try
        {
            var fields = ResponseEventFields.Read(data);
            if (fields.Type.IsEmpty)
                fields.Type = serverEvent.Type.Span;
            if (fields.Type.StartsWith("response."u8))
                Read(fields, serverEvent.Status, deltas);
            else if (serverEvent.Status >= 400)
                throw ErrorBody.OfEvent(serverEvent);
            else if ((fields.Type.SequenceEqual("error"u8) || fields.Type.IsEmpty) && ErrorBody.Find(serverEvent.Status, data) is { } error)
                throw error;
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
            var response = ResponseFields.Read(body);
            if (response.Output.IsEmpty && response.Status is null)
                throw ErrorBody.Find(null, body) ?? ErrorBody.Malformed("a response without output", body);
            Finish(response, response.Status ?? "completed", httpStatus: null, deltas);
        }
        catch (JsonException e)
        {
            throw ErrorBody.Malformed("an answer that is no JSON", body, e);
        }
    }

    /// <inheritdoc/>
    public bool End(List<ChatDelta> deltas) => IsFinished;

    private void Read(in ResponseEventFields fields, int? httpStatus, List<ChatDelta> deltas)
    {
        var type = fields.Type["response.".Length..];
        if (type.SequenceEqual("output_text.delta"u8) || type.SequenceEqual("refusal.delta"u8))
            TellText(fields, fields.Delta, onlyNews: false, deltas);
        else if (type.SequenceEqual("reasoning_text.delta"u8))
            TellThinking(fields, fields.Delta, isSummary: false, onlyNews: false, deltas);
        else if (type.SequenceEqual("reasoning_summary_text.delta"u8))
            TellThinking(fields, fields.Delta, isSummary: true, onlyNews: false, deltas);
        else if (type.SequenceEqual("function_call_arguments.delta"u8) || type.SequenceEqual("custom_tool_call_input.delta"u8))
            TellArguments(fields, fields.Delta, onlyNews: false, deltas);
        else if (type.SequenceEqual("output_text.done"u8))
            TellText(fields, fields.Text, onlyNews: true, deltas);
        else if (type.SequenceEqual("refusal.done"u8))
            TellText(fields, fields.Refusal, onlyNews: true, deltas);
        else if (type.SequenceEqual("reasoning_text.done"u8))
            TellThinking(fields, fields.Text, isSummary: false, onlyNews: true, deltas);
        else if (type.SequenceEqual("reasoning_summary_text.done"u8))
            TellThinking(fields, fields.Text, isSummary: true, onlyNews: true, deltas);
        else if (type.SequenceEqual("function_call_arguments.done"u8))
            TellArguments(fields, fields.Arguments, onlyNews: true, deltas);
        else if (type.SequenceEqual("custom_tool_call_input.done"u8))
            TellArguments(fields, fields.Input, onlyNews: true, deltas);
        else if (type.SequenceEqual("output_item.added"u8))
            BeginItem(fields.Item, deltas);
        else if (type.SequenceEqual("output_item.done"u8))
            EndItem(fields.Item, deltas);
        else if (IsObject(fields.Response))
            ReadResponse(type, fields.Response, httpStatus, deltas);
    }

    private void ReadResponse(ReadOnlySpan<byte> type, ReadOnlySpan<byte> json, int? httpStatus, List<ChatDelta> deltas)
    {
        if (type.SequenceEqual("created"u8) || type.SequenceEqual("in_progress"u8) || type.SequenceEqual("queued"u8))
            Start(ResponseFields.Read(json), deltas);
        else if (type.SequenceEqual("completed"u8))
            Finish(ResponseFields.Read(json), "completed", httpStatus, deltas);
        else if (type.SequenceEqual("incomplete"u8))
            Finish(ResponseFields.Read(json), "incomplete", httpStatus, deltas);
        else if (type.SequenceEqual("failed"u8))
            Finish(ResponseFields.Read(json), "failed", httpStatus, deltas);
        else if (type.SequenceEqual("cancelled"u8))
            Finish(ResponseFields.Read(json), "cancelled", httpStatus, deltas);
    }

    private void Start(in ResponseFields response, List<ChatDelta> deltas)
    {
        string? id = string.IsNullOrEmpty(response.Id) ? _id : response.Id;
        string? model = string.IsNullOrEmpty(response.Model) ? _model : response.Model;
        var createdAt = response.CreatedAt ?? _createdAt;
        if (id == _id && model == _model && createdAt == _createdAt)
            return;
        (_id, _model, _createdAt) = (id, model, createdAt);
        deltas.Add(new ChatDelta(ChatDeltaKind.Started) { Id = id, Name = model, Time = createdAt });
    }

    private void Finish(in ResponseFields response, string status, int? httpStatus, List<ChatDelta> deltas)
    {
        Start(response, deltas);
        if (status == "failed" || IsObject(response.Error))
            throw ErrorBody.OfObject(httpStatus, IsObject(response.Error) ? response.Error : "{}"u8, "The service says that the response failed, and not why.");
        TellOutput(response.Output, deltas);
        if (response.Usage is not null)
            deltas.Add(new ChatDelta(ChatDeltaKind.Usage) { Usage = response.Usage });
        deltas.Add(new ChatDelta(ChatDeltaKind.Finished)
        {
            Text = status == "incomplete" ? response.IncompleteReason ?? status : status,
            State = status == "completed" ? QwenReplyState.Completed : QwenReplyState.Incomplete,
        });
        IsFinished = true;
    }

    /// <summary>Tells what of the whole output no event before had: known by id, else by the place.</summary>
    private void TellOutput(ReadOnlySpan<byte> output, List<ChatDelta> deltas)
    {
        if (output.IsEmpty || output[0] != (byte)'[')
            return;
        int done = _items.DoneCount, place = 0;
        bool areNamed = _items.DoneAreNamed;
        var reader = new Utf8JsonReader(output);
        reader.Read();
        while (LenientJson.NextObject(ref reader))
        {
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            var item = output[start..(int)reader.BytesConsumed];
            var id = OutputItemFields.Read(item).Id;
            if (areNamed && StreamedItems.IsName(id) ? !_items.WasDone(id) : place >= done)
                EndItem(item, deltas);
            place++;
        }
    }

    private void BeginItem(ReadOnlySpan<byte> json, List<ChatDelta> deltas)
    {
        if (!IsObject(json))
            return;
        var item = OutputItemFields.Read(json);
        var streamed = _items.Find(item.Kind, item.Id);
        if (item.Kind == StreamedItemKind.Call)
            deltas.Add(new ChatDelta(ChatDeltaKind.ToolCall) { Index = streamed.CallNumber, Id = item.CallId, Name = item.Name });
    }

    /// <summary>Tells what of an item was not told in pieces, then the item itself.</summary>
    private void EndItem(ReadOnlySpan<byte> json, List<ChatDelta> deltas)
    {
        if (!IsObject(json))
            return;
        var item = OutputItemFields.Read(json);
        var streamed = _items.Find(item.Kind, item.Id);
        if (streamed.IsDone)
            return;
        switch (item.Kind)
        {
            case StreamedItemKind.Message:
                var texts = OutputItemFields.Texts(item.Content);
                for (int i = 0; i < texts.Count; i++)
                {
                    if (!string.IsNullOrEmpty(texts[i]) && streamed.Tell(i))
                        deltas.Add(new ChatDelta(ChatDeltaKind.Text) { Text = texts[i] });
                }
                break;
            case StreamedItemKind.Reasoning:
                if (streamed.WasTold)
                    break;
                string summary = string.Concat(OutputItemFields.Texts(item.Summary));
                string thinking = summary.Length > 0 ? summary : string.Concat(OutputItemFields.Texts(item.Content));
                if (thinking.Length > 0)
                    deltas.Add(new ChatDelta(ChatDeltaKind.Thinking) { Text = thinking });
                break;
            case StreamedItemKind.Call:
                string? arguments = streamed.WasTold ? null : LenientJson.Text(item.Arguments);
                deltas.Add(new ChatDelta(ChatDeltaKind.ToolCall) { Index = streamed.CallNumber, Id = item.CallId, Name = item.Name, Text = arguments });
                break;
            default:
                foreach (var source in OutputItemFields.Sources(item.Action))
                    deltas.Add(new ChatDelta(ChatDeltaKind.SearchResult) { SearchResult = source });
                break;
        }
        streamed.IsDone = true;
        deltas.Add(new ChatDelta(ChatDeltaKind.Item) { Item = ItemReader.Read(json) });
    }

    private void TellText(in ResponseEventFields fields, ReadOnlySpan<byte> value, bool onlyNews, List<ChatDelta> deltas)
    {
        if (IsText(value) && (_items.Find(StreamedItemKind.Message, fields.ItemId).Tell(fields.Part) || !onlyNews))
            deltas.Add(new ChatDelta(ChatDeltaKind.Text) { Text = LenientJson.Text(value) });
    }

    private void TellThinking(in ResponseEventFields fields, ReadOnlySpan<byte> value, bool isSummary, bool onlyNews, List<ChatDelta> deltas)
    {
        if (!IsText(value))
            return;
        var item = _items.Find(StreamedItemKind.Reasoning, fields.ItemId);
        item.ThinksInSummary ??= isSummary;
        if (item.ThinksInSummary == isSummary && (item.Tell(fields.Part) || !onlyNews))
            deltas.Add(new ChatDelta(ChatDeltaKind.Thinking) { Text = LenientJson.Text(value) });
    }

    private void TellArguments(in ResponseEventFields fields, ReadOnlySpan<byte> value, bool onlyNews, List<ChatDelta> deltas)
    {
        if (!IsText(value))
            return;
        var item = _items.Find(StreamedItemKind.Call, fields.ItemId);
        if (item.Tell(0) || !onlyNews)
            deltas.Add(new ChatDelta(ChatDeltaKind.ToolCall) { Index = item.CallNumber, Text = LenientJson.Text(value) });
    }

    private static bool IsObject(ReadOnlySpan<byte> value) => !value.IsEmpty && value[0] == (byte)'{';

    /// <summary>True for a string that is not empty: an empty one tells nothing.</summary>
    private static bool IsText(ReadOnlySpan<byte> value) => value.Length > 2 && value[0] == (byte)'"';
}
