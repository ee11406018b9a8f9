using System.Text.Json.Nodes;

namespace QwenChat.Emulator;

/// <summary>A response stored by the service.</summary>
internal sealed record EmulatedResponse(string Id, string Model, DateTimeOffset CreatedAt, JsonObject Body)
{
    /// <summary>The previous response; null if the response begins a chain.</summary>
    public EmulatedResponse? Previous { get; init; }

    public required IReadOnlyList<EmulatedItem> Input { get; init; }

    public required IReadOnlyList<EmulatedItem> Output { get; init; }

    /// <summary>
    /// Returns the items of the chain up to and including this response, oldest first. The chain is assumed to be complete, even if older turns have
    /// expired or were deleted [A12].
    /// </summary>
    public List<EmulatedItem> Chain()
    {
        var links = new Stack<EmulatedResponse>();
        for (var link = this; link is not null; link = link.Previous)
            links.Push(link);
        return links.SelectMany(link => link.Input.Concat(link.Output)).ToList();
    }
}
