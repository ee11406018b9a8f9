using System.Text.Json.Nodes;

namespace QwenChat.Emulator;

/// <summary>What an endpoint answers, before any fault.</summary>
internal abstract record EmulatedAnswer(int Status, string ContentType)
{
    public List<KeyValuePair<string, string>> Headers { get; } = [];
}

/// <summary>An answer in one body.</summary>
internal sealed record BodyAnswer(int Status, string ContentType, byte[] Body) : EmulatedAnswer(Status, ContentType)
{
    public static BodyAnswer Json(int status, JsonNode body) => new(status, "application/json", EmulatorJson.ToBytes(body));
}

/// <summary>An answer in events. They are made while they are sent: what the last of them stands for has not happened before.</summary>
internal sealed record EventAnswer(IEnumerable<StreamEvent> Events, EventFraming Framing) : EmulatedAnswer(200, "text/event-stream;charset=UTF-8");
