using System.Text.Json.Nodes;

namespace QwenChat.Emulator;

/// <summary>A response as the service keeps it.</summary>
internal sealed record EmulatedResponse(string Id, string Model, DateTimeOffset CreatedAt, JsonObject Body)
{
    /// <summary>The response that this one continues.</summary>
    public EmulatedResponse? Previous { get; init; }

    public required IReadOnlyList<EmulatedItem> Input { get; init; }

    public required IReadOnlyList<EmulatedItem> Output { get; init; }

    /// <summary>
    /// The items of the chain up to and with this response, oldest first. A valid id is assumed [A12] to carry its whole chain, also turns
    /// older than seven days and ones that were deleted by themselves: what the service does is not known.
    /// </summary>
    public List<EmulatedItem> Chain()
    {
        var links = new Stack<EmulatedResponse>();
        for (var link = this; link is not null; link = link.Previous)
            links.Push(link);
        return links.SelectMany(link => link.Input.Concat(link.Output)).ToList();
    }
}
