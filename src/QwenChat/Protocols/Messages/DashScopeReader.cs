using System.Text.Json;
using QwenChat.Protocols.Errors;
using QwenChat.Protocols.Events;
using QwenChat.Protocols.Json;
using QwenChat.Streaming;
using QwenChat.Tools;

namespace QwenChat.Protocols.Messages;

/// <summary>
/// Reads an answer of the native protocol, streamed or not (wire §5.3, §5.4). Events have the format of whole answers. The token counts in events are
/// cumulative, but the text is not, because <c>incremental_output</c> is always set.
/// </summary>
internal sealed class DashScopeReader : IAnswerReader
{
    private readonly ChoicesReader _choices = new();
    private readonly List<QwenSearchResult> _sources = [];
    private string? _requestId;
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
        // The service sends no end marker, but some gateways add [DONE].
        if (data.SequenceEqual("[DONE]"u8))
        {
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
                throw ErrorReader.Malformed("a response without output", body);
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

    private void Finish(List<ChatDelta> deltas)
    {
        IsFinished = true;
        _choices.Finish(deltas);
    }

    private bool ReadAnswer(ReadOnlySpan<byte> json, int? status, List<ChatDelta> deltas)
    {
        int first = deltas.Count;
        bool hasOutput = false, isNews = false;
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("The value is not an object.");
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "output"u8))
                hasOutput |= ReadOutput(ref reader, json, deltas);
            else if (string.IsNullOrEmpty(_requestId) && LenientJson.Is(ref reader, "request_id"u8))
                isNews |= !string.IsNullOrEmpty(_requestId = LenientJson.String(ref reader));
            else if (LenientJson.Is(ref reader, "usage"u8))
                AddUsage(ref reader, deltas);
            else
                LenientJson.SkipValue(ref reader);
        }
        if (!hasOutput && ErrorReader.Find(status, json) is { } error)
            throw error;
        if (isNews)
            deltas.Insert(first, new ChatDelta(ChatDeltaKind.Started) { Id = _requestId, RequestId = _requestId });
        return hasOutput;
    }

    /// <summary>Reads <c>choices</c>, or <c>text</c>, which is returned by models that do not support the message format.</summary>
    private bool ReadOutput(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, List<ChatDelta> deltas)
    {
        bool any = false;
        if (!LenientJson.EnterObject(ref reader))
            return any;
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "choices"u8))
                any |= _choices.Read(ref reader, json, deltas);
            else if (LenientJson.Is(ref reader, "finish_reason"u8))
                _choices.FinishReason = ChoicesReader.ReadFinishReason(ref reader) ?? _choices.FinishReason;
            else if (LenientJson.Is(ref reader, "search_info"u8))
                ReadSearch(ref reader, json, deltas);
            else if (LenientJson.Is(ref reader, "tool_info"u8))
                ReadToolInfo(LenientJson.Raw(ref reader, json), deltas);
            else if (LenientJson.Is(ref reader, "usage"u8))
                AddUsage(ref reader, deltas);
            else if (!LenientJson.Is(ref reader, "text"u8))
                LenientJson.SkipValue(ref reader);
            else if (LenientJson.String(ref reader) is { } text)
            {
                any = true;
                if (text.Length > 0)
                    deltas.Add(new ChatDelta(ChatDeltaKind.Text) { Text = text });
            }
        }
        return any;
    }

    private static void AddUsage(ref Utf8JsonReader reader, List<ChatDelta> deltas)
    {
        if (UsageReader.Read(ref reader) is { } usage)
            deltas.Add(new ChatDelta(ChatDeltaKind.Usage) { Usage = usage });
    }

    /// <summary>Reports the results of the service's own tools. Later events contain either the complete list, or an empty list, which is ignored.</summary>
    private static void ReadToolInfo(ReadOnlySpan<byte> value, List<ChatDelta> deltas)
    {
        if (value.Length > 2 && value[0] is (byte)'[' or (byte)'{')
            deltas.Add(new ChatDelta(ChatDeltaKind.Extra) { Item = ExtraItem.Of(ServiceToolItems.ToolInfo, value) });
    }

    /// <summary>Reports the pages that have not been reported yet. Later events contain an empty list, or the same list again.</summary>
    private void ReadSearch(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, List<ChatDelta> deltas)
    {
        var value = LenientJson.Raw(ref reader, json);
        if (value.IsEmpty || value[0] != (byte)'{')
            return;
        bool isNews = false;
        foreach (var result in SearchResultReader.OfInfo(value))
        {
            if (_sources.Contains(result))
                continue;
            isNews = true;
            _sources.Add(result);
            deltas.Add(new ChatDelta(ChatDeltaKind.SearchResult) { SearchResult = result });
        }
        if (isNews)
            deltas.Add(new ChatDelta(ChatDeltaKind.Extra) { Item = ExtraItem.Of(ServiceToolItems.SearchInfo, value) });
    }
}
