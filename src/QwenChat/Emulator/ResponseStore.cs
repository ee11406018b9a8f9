using System.Text.Json.Nodes;

namespace QwenChat.Emulator;

/// <summary>A response as the service keeps it.</summary>
internal sealed record StoredResponse(string Id, string Model, DateTimeOffset CreatedAt, JsonObject Body)
{
    /// <summary>The response that this one continues.</summary>
    public StoredResponse? Previous { get; init; }

    public required IReadOnlyList<StoredItem> Input { get; init; }

    public required IReadOnlyList<StoredItem> Output { get; init; }

    /// <summary>
    /// The items of the chain up to and with this response, oldest first. A valid id is assumed to carry its whole chain, also turns
    /// older than seven days and ones that were deleted by themselves: what the service does is not known.
    /// </summary>
    public List<StoredItem> Chain()
    {
        var links = new Stack<StoredResponse>();
        for (var link = this; link is not null; link = link.Previous)
            links.Push(link);
        return links.SelectMany(link => link.Input.Concat(link.Output)).ToList();
    }
}

/// <summary>The responses that the service keeps.</summary>
internal sealed class ResponseStore(EmulatorClock clock)
{
    private readonly Dictionary<string, StoredResponse> _responses = [];

    public void Add(StoredResponse response)
    {
        lock (_responses)
            _responses[response.Id] = response;
    }

    /// <summary>The response; null when there is none, or it is too old.</summary>
    public StoredResponse? Find(string id)
    {
        lock (_responses)
        {
            if (!_responses.TryGetValue(id, out var response))
                return null;
            if (clock.Now < response.CreatedAt + StoredItem.Lifetime)
                return response;
            _responses.Remove(id);
            return null;
        }
    }

    public bool Remove(string id)
    {
        if (Find(id) is null)
            return false;
        lock (_responses)
            return _responses.Remove(id);
    }
}
