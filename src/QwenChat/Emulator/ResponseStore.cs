namespace QwenChat.Emulator;

internal sealed class ResponseStore(EmulatorClock clock)
{
    private readonly Dictionary<string, EmulatedResponse> _responses = [];

    public void Add(EmulatedResponse response)
    {
        lock (_responses)
            _responses[response.Id] = response;
    }

    public EmulatedResponse? Find(string id)
    {
        lock (_responses)
        {
            if (!_responses.TryGetValue(id, out var response))
                return null;
            if (clock.Now < response.CreatedAt + EmulatedItem.Lifetime)
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
