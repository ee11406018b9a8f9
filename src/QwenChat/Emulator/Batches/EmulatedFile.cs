using System.Text.Json.Nodes;

namespace QwenChat.Emulator.Batches;

/// <summary>A file stored by the service (wire §11.1).</summary>
internal sealed record EmulatedFile(string Id, string Name, string Purpose, ReadOnlyMemory<byte> Content, DateTimeOffset CreatedAt)
{
    public JsonObject ToJson() => new()
    {
        ["id"] = Id,
        ["object"] = "file",
        ["bytes"] = Content.Length,
        ["filename"] = Name,
        ["purpose"] = Purpose,
        ["status"] = "processed",
        ["created_at"] = CreatedAt.ToUnixTimeSeconds(),
    };
}
