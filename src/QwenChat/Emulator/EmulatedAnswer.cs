using System.Text.Json.Nodes;

namespace QwenChat.Emulator;

/// <summary>The response of an endpoint, before a fault is simulated.</summary>
internal abstract record EmulatedAnswer(int Status, string ContentType)
{
    public List<KeyValuePair<string, string>> Headers { get; } = [];
}

internal sealed record BodyAnswer(int Status, string ContentType, byte[] Body) : EmulatedAnswer(Status, ContentType)
{
    public static BodyAnswer Json(int status, JsonNode body) => new(status, "application/json", EmulatorJson.ToBytes(body));
}

/// <summary>A streamed response. The events are generated as they are sent, so that a response is stored only when its last event is reached.</summary>
internal sealed record EventAnswer(IEnumerable<StreamEvent> Events, EventFraming Framing) : EmulatedAnswer(200, "text/event-stream;charset=UTF-8");
