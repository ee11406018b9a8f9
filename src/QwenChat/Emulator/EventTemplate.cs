using System.Text.Json.Nodes;

namespace QwenChat.Emulator;

/// <summary>A template for events that differ in only one string. Serializing each event from objects would take most of the time in benchmarks.</summary>
internal sealed class EventTemplate
{
    private const string Placeholder = "\u0001piece\u0001";
    private readonly byte[] _before;
    private readonly byte[] _after;

    /// <param name="sample">Creates the event for a text chunk.</param>
    public EventTemplate(Func<string, JsonObject> sample)
    {
        byte[] placeholder = EmulatorJson.ToBytes(JsonValue.Create(Placeholder));
        byte[] whole = EmulatorJson.ToBytes(sample(Placeholder));
        int at = whole.AsSpan().IndexOf(placeholder);
        _before = whole[..at];
        _after = whole[(at + placeholder.Length)..];
    }

    public StreamEvent Of(string piece) => new([.. _before, .. EmulatorJson.ToBytes(JsonValue.Create(piece)), .. _after], IsText: true);
}
