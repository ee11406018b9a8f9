using System.Text.Json.Nodes;

namespace QwenChat.Emulator.Batches;

/// <summary>An error that prevents a whole batch from running (wire §11.2).</summary>
internal sealed record BatchFault(string Code, string Message, string? Param, int? Line)
{
    public JsonObject ToJson() => new() { ["code"] = Code, ["message"] = Message, ["param"] = Param, ["line"] = Line };
}
