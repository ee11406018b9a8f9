using System.Text.Json.Nodes;

namespace QwenChat.Emulator.Batches;

/// <summary>An error because of which a whole batch is not run (wire §11.2).</summary>
internal sealed record BatchFault(string Code, string Message, string? Param, int? Line)
{
    public JsonObject ToJson() => new() { ["code"] = Code, ["message"] = Message, ["param"] = Param, ["line"] = Line };
}
