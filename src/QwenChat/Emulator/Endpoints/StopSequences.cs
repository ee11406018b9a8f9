using System.Text.Json;

namespace QwenChat.Emulator.Endpoints;

/// <summary>Reads <c>stop</c> (wire §4.1): a string, a list of strings, a list of token ids, or a list of lists of token ids.</summary>
internal static class StopSequences
{
    /// <returns>The strings that end an answer. Token ids have no effect, because the emulator has no vocabulary.</returns>
    public static IReadOnlyList<string> Read(JsonElement options, Func<string, ApiRefusal> parameter)
    {
        var stop = options.Get("stop");
        if (!stop.Exists())
            return [];
        if (stop.ValueKind == JsonValueKind.String)
            return stop.GetString() is { Length: > 0 } text ? [text] : [];
        var elements = stop.Elements().ToArray();
        if (stop.ValueKind == JsonValueKind.Array && elements.All(element => element.ValueKind == JsonValueKind.String))
            return elements.Select(element => element.GetString()!).Where(text => text.Length > 0).ToArray();
        if (stop.ValueKind == JsonValueKind.Array
            && (elements.All(IsTokenId) || elements.All(element => element.ValueKind == JsonValueKind.Array && element.Elements().All(IsTokenId))))
            return [];
        throw parameter(
            "The \"stop\" parameter must be of type \"str\", \"list[str]\", \"list[int]\", or \"list[list[int]]\", and all elements within the list must be "
                + "of the same type.");
    }

    private static bool IsTokenId(JsonElement element) => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out _);
}
