using System.Text.Json;
using QwenChat.Model;

namespace QwenChat.Benchmarks.Stores;

/// <summary>Creates turns and conversations without a service.</summary>
internal static class Made
{
    /// <summary>Creates a turn from text whose lines are the message and the answer.</summary>
    public static QwenTurn Turn(int number, string text, QwenUsage? usage = null)
    {
        string[] lines = text.Split('\n');
        return new(number, [Item("user", lines[0]), Item("assistant", lines[1])], 1) { CreatedAt = DateTimeOffset.UtcNow, Model = "qwen-plus", Usage = usage };
    }

    public static ConversationHeader Header(string id) =>
        new() { Id = id, Api = QwenApi.ChatCompletions, Model = "qwen-plus", CreatedAt = DateTimeOffset.UtcNow };

    private static QwenItem Item(string role, string text) =>
        new(JsonSerializer.SerializeToUtf8Bytes(new { role, content = text }), LocalId.ForItem(), "message", role);
}
