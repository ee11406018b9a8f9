using System.Text.Json.Nodes;

namespace QwenChat.Emulator;

/// <summary>The response of an endpoint, before any fault.</summary>
internal abstract record EmulatedAnswer(int Status, string ContentType)
{
    public List<KeyValuePair<string, string>> Headers { get; } = [];
}

/// <summary>A response in one body.</summary>
internal sealed record BodyAnswer(int Status, string ContentType, byte[] Body) : EmulatedAnswer(Status, ContentType)
{
    public static BodyAnswer Json(int status, JsonNode body) => new(status, "application/json", EmulatorJson.ToBytes(body));
}

/// <summary>A response in events. They are made while they are sent: the effect of the last one has not occurred before.</summary>
internal sealed record EventAnswer(IEnumerable<StreamEvent> Events, EventFraming Framing) : EmulatedAnswer(200, "text/event-stream;charset=UTF-8");
