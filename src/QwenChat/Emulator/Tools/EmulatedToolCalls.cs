using System.Text.Json;
using System.Text.Json.Nodes;

namespace QwenChat.Emulator.Tools;

/// <summary>Writes tool calls in the format of Chat Completions and the native API.</summary>
internal static class EmulatedToolCalls
{
    /// <summary>The error message for a call in the history whose arguments are not a JSON object.</summary>
    public const string ArgumentsForm = "The \"function.arguments\" parameter of the code model must be in JSON format.";

    public static JsonObject Nested(QwenToolCall call, int index) => new()
    {
        ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = call.Arguments },
        ["index"] = index,
        ["id"] = call.Id,
        ["type"] = "function",
    };

    public static (string First, string Second) SplitArguments(QwenToolCall call)
    {
        int half = call.Arguments.Length / 2;
        if (half > 0 && char.IsLowSurrogate(call.Arguments[half]))
            half--;
        return (call.Arguments[..half], call.Arguments[half..]);
    }

    /// <summary>
    /// Returns the two chunks of a streamed call. The first chunk contains the name. The second chunk continues the arguments, with an empty id and
    /// without a name (wire §14.2).
    /// </summary>
    public static IEnumerable<JsonObject> Pieces(QwenToolCall call, int index)
    {
        var (first, second) = SplitArguments(call);
        yield return Nested(call with { Arguments = first }, index);
        yield return new JsonObject
        {
            ["index"] = index,
            ["id"] = "",
            ["type"] = "function",
            ["function"] = new JsonObject { ["arguments"] = second, ["name"] = null },
        };
    }

    public static bool HasJsonArguments(string arguments)
    {
        try
        {
            using var document = JsonDocument.Parse(arguments);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
