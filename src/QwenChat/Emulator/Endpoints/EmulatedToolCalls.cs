using System.Text.Json.Nodes;

namespace QwenChat.Emulator.Endpoints;

/// <summary>Tool calls in the form that Chat Completions and the native API share.</summary>
internal static class EmulatedToolCalls
{
    public static JsonObject Nested(QwenToolCall call, int index) => new()
    {
        ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = call.Arguments },
        ["index"] = index,
        ["id"] = call.Id,
        ["type"] = "function",
    };

    /// <summary>A call in pieces: the first names it, the others only continue its arguments (qwen-api §4.3).</summary>
    public static IEnumerable<JsonObject> Pieces(QwenToolCall call, int index)
    {
        int half = call.Arguments.Length / 2;
        if (half > 0 && char.IsLowSurrogate(call.Arguments[half]))
            half--;
        yield return Nested(call with { Arguments = call.Arguments[..half] }, index);
        yield return new JsonObject
        {
            ["index"] = index,
            ["id"] = "",
            ["type"] = "function",
            ["function"] = new JsonObject { ["arguments"] = call.Arguments[half..] },
        };
    }
}
