using System.Text.Json;
using QwenChat.Model;
using QwenChat.Saving;
using QwenChat.Store;

namespace QwenChat.Tests.Storage;

/// <summary>Creates turns and conversations without a service.</summary>
internal static class Said
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    public static QwenTurn Turn(string message, string answer = "Yes.", int number = 1) =>
        new(number, [Item("user", message), Item("assistant", answer)], 1)
        {
            CreatedAt = Noon,
            Model = "qwen-plus",
            ResponseId = "resp_1",
            Usage = new QwenUsage { InputTokens = 10, OutputTokens = 5, TotalTokens = 15 },
        };

    public static QwenItem Item(string role, string text) =>
        new(JsonSerializer.SerializeToUtf8Bytes(new { role, content = text }), LocalId.ForItem(), "message", role) { CreatedAt = Noon };

    public static ConversationHeader Header(string id, string? name = null) =>
        new() { Id = id, Name = name, Api = QwenApi.Responses, Model = "qwen-plus", CreatedAt = Noon };

    public static QwenConversation Conversation(QwenStore? store, string? name = null)
    {
        var conversation =
            new QwenConversation(QwenApi.ChatCompletions, Connection, new QwenOptions { Model = "qwen-plus", Instructions = "Be brief.", Temperature = 0.5 })
        {
            Name = name,
            Metadata = new Dictionary<string, string> { ["topic"] = "food" },
        };
        if (store is not null)
            conversation.Place = new StoreBinding(store);
        return conversation;
    }

    public static QwenConnection Connection { get; } = new() { BaseUri = new Uri("http://127.0.0.1:1") };

    /// <summary>Writes turns after the specified turn.</summary>
    public static Task<WriteResult> SayAsync(this IConversationStore store, string id, QwenTurn? after, params QwenTurn[] turns) => store.WriteAsync(
        new ConversationWrite { Header = Header(id), Move = new TipMove { KnownTip = after?.Id, Parent = after?.Id, Turns = turns } }, default);

    /// <summary>Returns all conversations of a store; throws if one cannot be read.</summary>
    public static async Task<IReadOnlyList<QwenConversation>> LoadAllAsync(this QwenStore store, QwenConnection connection)
    {
        var all = new List<QwenConversation>();
        await foreach (var listed in StoreListing.ListAsync(store, null, connection, default))
            all.Add(listed.Failure is { } failure ? throw failure : listed.Conversation!);
        return all;
    }

    public static async Task<string[]> MessagesAsync(this IConversationStore store, string id)
    {
        var record = await store.FindAsync(id, default);
        return record?.Tip is { } tip ? [.. (await store.ReadTurnsAsync(tip, default)).Select(turn => turn.Message)] : [];
    }
}
