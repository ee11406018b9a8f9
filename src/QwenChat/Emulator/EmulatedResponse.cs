using System.Text.Json.Nodes;

namespace QwenChat.Emulator;

/// <summary>A response in the service's form.</summary>
internal sealed record EmulatedResponse(string Id, string Model, DateTimeOffset CreatedAt, JsonObject Body)
{
    /// <summary>The previous response.</summary>
    public EmulatedResponse? Previous { get; init; }

    public required IReadOnlyList<EmulatedItem> Input { get; init; }

    public required IReadOnlyList<EmulatedItem> Output { get; init; }

    /// <summary>
    /// Returns the items of the chain up to and including this response, oldest first. A valid id is assumed [A12] to carry its whole chain, including turns
    /// older than seven days and separately deleted ones: the real behavior is unknown.
    /// </summary>
    public List<EmulatedItem> Chain()
    {
        var links = new Stack<EmulatedResponse>();
        for (var link = this; link is not null; link = link.Previous)
            links.Push(link);
        return links.SelectMany(link => link.Input.Concat(link.Output)).ToList();
    }
}
