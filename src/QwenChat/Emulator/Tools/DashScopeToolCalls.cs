using System.Text.Json.Nodes;

namespace QwenChat.Emulator.Tools;

/// <summary>
/// The tool calls in a response of the native API (wire §14.3). If <paramref name="numbered"/> is true, each call has an index. Calls of the multimodal
/// endpoint have no index.
/// </summary>
internal sealed class DashScopeToolCalls(IReadOnlyList<QwenToolCall> calls, bool numbered)
{
    /// <summary>All calls, complete; null if the response has no calls.</summary>
    public JsonArray? All => calls.Count == 0 ? null : Whole(calls.Count);

    /// <summary>
    /// Returns the tool calls of each event. An event that is not incremental repeats the text so far, and is assumed to repeat the calls so far [A24].
    /// </summary>
    public IEnumerable<JsonArray> Pieces(bool incremental)
    {
        for (int i = 0; i < calls.Count; i++)
        {
            var (first, second) = EmulatedToolCalls.SplitArguments(calls[i]);
            var earlier = incremental ? [] : Whole(i);
            earlier.Add(Call(calls[i] with { Arguments = first }, i));
            yield return earlier;
            yield return incremental ? new JsonArray(Continuation(second, i)) : Whole(i + 1);
        }
    }

    private JsonArray Whole(int count) => new(calls.Take(count).Select((call, index) => (JsonNode)Call(call, index)).ToArray());

    private JsonObject Call(QwenToolCall call, int index)
    {
        var json = EmulatedToolCalls.Nested(call, index);
        if (!numbered)
            json.Remove("index");
        return json;
    }

    private JsonObject Continuation(string arguments, int index)
    {
        var json = new JsonObject { ["type"] = "function", ["id"] = "", ["function"] = new JsonObject { ["arguments"] = arguments } };
        if (numbered)
            json["index"] = index;
        return json;
    }
}
