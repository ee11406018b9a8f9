using System.Text.Json;
using QwenChat.Protocols.Json;
using QwenChat.Streaming;

namespace QwenChat.Protocols.Responses;

/// <summary>
/// Collects the output of one response: deltas with all text exactly once, and finally the items of the answer. Corrected text is only in the items, because
/// reported deltas cannot be retracted.
/// </summary>
internal sealed class StreamedOutput
{
    private readonly StreamedItems _items = new();

    /// <summary>True if any part of the answer has arrived.</summary>
    public bool IsSaid => _items.All.Any(item => item.IsSaid);

    /// <summary>
    /// Reports a delta of text, thinking or call arguments. The thinking of an item is reported from the summary or the content, not from both.
    /// </summary>
    public void Piece(in ItemAddress address, long part, string text, bool inSummary, List<ChatDelta> deltas)
    {
        var item = _items.OfPiece(address);
        if (!ThinksIn(item, inSummary))
            return;
        item.PartOf(part).Append(text);
        deltas.Add(Delta(item, text));
    }

    /// <summary>Reports the text that is missing from the deltas of a part.</summary>
    /// <param name="address">The item that contains the part, and the complete text of the part.</param>
    /// <param name="part">The index of the part.</param>
    /// <param name="byPart">Whether the event is <c>content_part.done</c> or <c>reasoning_summary_part.done</c>.</param>
    /// <param name="inSummary">Whether the text is thinking in the summary.</param>
    /// <param name="deltas">Receives the deltas.</param>
    public void Part(in ItemAddress address, long part, bool byPart, bool inSummary, List<ChatDelta> deltas)
    {
        var item = _items.OfPart(address, byPart);
        if (ThinksIn(item, inSummary) && item.Complete(part, address.Text, byPart) is { Length: > 0 } rest)
            deltas.Add(Delta(item, rest));
    }

    /// <summary>Handles <c>output_item.added</c>, which announces an item.</summary>
    public void Begin(ReadOnlySpan<byte> json, long? index, List<ChatDelta> deltas)
    {
        var fields = OutputItemFields.Read(json);
        var item = _items.OfAdded(fields.At(index, ""));
        item.Announced = json.ToArray();
        if (item.Kind == StreamedItemKind.Call)
            Name(item, fields.CallId, fields.Name, null, deltas);
    }

    /// <summary>Handles <c>output_item.done</c>: reports the text that the deltas did not contain, and then the item.</summary>
    public void End(ReadOnlySpan<byte> json, long? index, List<ChatDelta> deltas)
    {
        var whole = OutputItem.Read(json);
        var item = _items.OfDone(whole.At(index));
        if (item.IsDone)
            return;
        if (item.ThinksInSummary == false)
            whole = OutputItem.Read(json, inSummary: false);
        string told = item.Text;
        Complete(item, whole, whole.Text.StartsWith(told, StringComparison.Ordinal) ? whole.Text[told.Length..] : "", deltas);
        if (ItemOf(item) is { } made)
            deltas.Add(new ChatDelta(ChatDeltaKind.Item) { Item = made, ItemNumber = item.Number });
    }

    /// <summary>Reports the text in the complete output that no event contained, and then all items.</summary>
    /// <param name="json">The JSON of the output; empty if there is none.</param>
    /// <param name="text">The complete text, if the response repeats it outside its output; otherwise null.</param>
    /// <param name="deltas">Receives the deltas.</param>
    public void Finish(ReadOnlySpan<byte> json, string? text, List<ChatDelta> deltas)
    {
        var output = ReadOutput(json);
        if (output.Count == 0)
            EndAnnounced(deltas);
        StreamedItem[] streamed = [.. _items.All];
        var match = new OutputMatch(streamed, output);
        var ends = new List<StreamedItem>();
        for (int i = 0; i < output.Count; i++)
        {
            var item = match.ItemOf(i) ?? _items.Add(output[i].At(null));
            Complete(item, output[i], match.Rest(i), deltas);
            ends.Add(item);
        }
        Insert(streamed, match, output, ends);
        if (!string.IsNullOrEmpty(text) && !_items.All.Any(item => item.Kind == StreamedItemKind.Message && item.HasText))
        {
            ends.Add(_items.Add(new ItemAddress { Kind = StreamedItemKind.Message }));
            ends[^1].PartOf(0).Append(text);
            deltas.Add(Delta(ends[^1], text));
        }
        deltas.Add(new ChatDelta(ChatDeltaKind.Output)
        {
            Items = [.. ends.Select(ItemOf).OfType<QwenItem>()],
            ToolCalls = [.. ends.Where(item => item.Kind == StreamedItemKind.Call && item.IsSaid).Select(CallOf)],
        });
    }

    /// <summary>
    /// Inserts the streamed items that the response does not repeat, in the order of the stream. A streamed item that equals an item of the response was
    /// streamed twice, and is omitted.
    /// </summary>
    private static void Insert(StreamedItem[] streamed, OutputMatch match, List<OutputItem> output, List<StreamedItem> ends)
    {
        var placed = new HashSet<StreamedItem>(ends);
        StreamedItem? before = null;
        foreach (var item in streamed)
        {
            if (!placed.Contains(item))
            {
                if (match.IsMatched(item)
                    || output.Exists(whole => whole.Kind == item.Kind && whole.Text.Length > 0 && whole.Text == item.Text && whole.Name == item.Name))
                    continue;
                ends.Insert(before is null ? 0 : ends.IndexOf(before) + 1, item);
            }
            before = item;
        }
    }

    /// <summary>
    /// Completes items that were only announced, with the text of the announcement. Called if the final event contains no output.
    /// </summary>
    private void EndAnnounced(List<ChatDelta> deltas)
    {
        foreach (var item in _items.All)
        {
            if (item is { IsDone: false, HasText: false, Announced: { } json } && OutputItem.Read(json) is { Text.Length: > 0 } announced)
                Complete(item, announced, null, deltas);
        }
    }

    /// <summary>Records a complete item. <paramref name="rest"/> is the text that has not been reported; null for the whole text.</summary>
    private static void Complete(StreamedItem item, OutputItem whole, string? rest, List<ChatDelta> deltas)
    {
        rest ??= whole.Text;
        if (item.Kind == StreamedItemKind.Call)
            Name(item, whole.CallId, whole.Name, rest, deltas);
        else if (item.Kind != StreamedItemKind.Other && rest.Length > 0)
            deltas.Add(Delta(item, rest));
        else if (item.Kind == StreamedItemKind.Other && !item.IsDone)
            TellSources(whole.Json, deltas);
        item.IsDone = true;
        // If text arrived as deltas and the complete item has none, the deltas are kept.
        if (whole.Text.Length == 0 && item.HasText)
            return;
        item.Text = whole.Text;
        item.Whole = whole.Json;
    }

    private static void Name(StreamedItem item, string? callId, string? name, string? arguments, List<ChatDelta> deltas)
    {
        bool isNews = (!string.IsNullOrEmpty(callId) && item.CallId != callId) || (!string.IsNullOrEmpty(name) && item.Name != name);
        item.CallId = string.IsNullOrEmpty(callId) ? item.CallId : callId;
        item.Name = string.IsNullOrEmpty(name) ? item.Name : name;
        if (isNews || !string.IsNullOrEmpty(arguments))
            deltas.Add(new ChatDelta(ChatDeltaKind.ToolCall) { Index = item.CallNumber, ItemNumber = item.Number, Id = item.CallId, Name = item.Name,
                Text = arguments });
    }

    private static void TellSources(byte[] json, List<ChatDelta> deltas)
    {
        foreach (var source in OutputItemFields.Sources(OutputItemFields.Read(json).Action))
            deltas.Add(new ChatDelta(ChatDeltaKind.SearchResult) { SearchResult = source });
    }

    private static ChatDelta Delta(StreamedItem item, string text) => item.Kind switch
    {
        StreamedItemKind.Message => new ChatDelta(ChatDeltaKind.Text) { ItemNumber = item.Number, Text = text },
        StreamedItemKind.Reasoning => new ChatDelta(ChatDeltaKind.Thinking) { ItemNumber = item.Number, Text = text },
        _ => new ChatDelta(ChatDeltaKind.ToolCall) { Index = item.CallNumber, ItemNumber = item.Number, Text = text },
    };

    private static QwenToolCall CallOf(StreamedItem item) => new(item.CallId ?? "", item.Name ?? "", item.Text);

    /// <summary>Returns the item to keep: the complete item, or one created from its deltas; null if the item has no content.</summary>
    private static QwenItem? ItemOf(StreamedItem item)
    {
        if (item.Whole is { } json && (item.Kind != StreamedItemKind.Message || item.HasText || OutputItemFields.HasParts(json)))
            return ItemReader.Read(json);
        return !item.HasText && string.IsNullOrEmpty(item.Name)
            ? null : ResponseItems.OfPieces(item.Kind, item.Kind == StreamedItemKind.Call ? CallOf(item) : null, item.Text);
    }

    private static bool ThinksIn(StreamedItem item, bool inSummary)
    {
        if (item.Kind != StreamedItemKind.Reasoning)
            return true;
        item.ThinksInSummary ??= inSummary;
        return item.ThinksInSummary == inSummary;
    }

    private static List<OutputItem> ReadOutput(ReadOnlySpan<byte> output)
    {
        var items = new List<OutputItem>();
        if (output.IsEmpty || output[0] != (byte)'[')
            return items;
        var reader = new Utf8JsonReader(output);
        reader.Read();
        while (LenientJson.NextObject(ref reader))
        {
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            items.Add(OutputItem.Read(output[start..(int)reader.BytesConsumed]));
        }
        return items;
    }
}
