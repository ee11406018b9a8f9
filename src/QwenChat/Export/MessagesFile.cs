using System.Text.Json;
using QwenChat.Catalogue;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Protocols.Json;

namespace QwenChat.Export;

/// <summary>
/// Reads transcripts written by other tools: a list of messages in OpenAI's format, alone or in the <c>messages</c> member of an object. The messages
/// become items of Chat Completions. Data that Chat Completions cannot represent is omitted, and a warning is written.
/// </summary>
internal static class MessagesFile
{
    /// <summary>
    /// The role of a tool result in the older format of calls. Results in that format have no call ids, so a result belongs to the preceding call.
    /// </summary>
    private const string OldResult = "function";

    private static readonly string[] s_roles = ["system", "developer", "user", "assistant", "tool", OldResult];

    /// <summary>Returns the messages if a file is a transcript; otherwise null.</summary>
    public static JsonElement? Find(JsonElement root) => root.ValueKind switch
    {
        JsonValueKind.Array => root,
        JsonValueKind.Object when !root.TryGetProperty("format", out _) && root.TryGetProperty("messages", out var messages) => messages,
        _ => null,
    };

    public static ConversationFileContent Read(CheckedJson messages, JsonElement root, QwenOptions defaults, DateTimeOffset now, LeftOutFields left)
    {
        var protocol = ChatProtocol.For(QwenApi.ChatCompletions, ModelCatalogue.DefaultModel);
        string? instructions = null;
        var items = new List<QwenItem>();
        foreach (var value in messages.Elements())
        {
            var message = ReadMessage(protocol, value, left);
            bool isFirst = instructions is null && items.Count == 0;
            // The system message becomes the instructions, which are sent with every turn.
            if (isFirst && message.Role is "system" or "developer" && message.Parts.All(part => part.Kind == "text"))
                instructions = string.Concat(message.Parts.Select(part => part.Value));
            else
                items.AddRange(protocol.WriteMessage(message, now));
        }
        string? model = KnownModel(root);
        if (root.ValueKind == JsonValueKind.Object)
            left.Count(root, model is null ? ["messages"] : ["messages", "model"]);
        var (turns, pending) = Divide(items, now);
        return new ConversationFileContent
        {
            Head = new ConversationFileHead(LocalId.ForConversation(), QwenApi.ChatCompletions, now,
                new ConversationSettings { Options = defaults with { Model = model ?? defaults.Model, Instructions = instructions } }),
            Turns = turns,
            State = new ConversationState { Pending = pending },
        };
    }

    private static MessageDraft ReadMessage(IChatProtocol protocol, CheckedJson value, LeftOutFields left)
    {
        var role = value.Required("role");
        if (!s_roles.Contains(role.Text(), StringComparer.Ordinal))
            throw role.Refuse($"is '{role.Text()}'; the supported roles are {string.Join(", ", s_roles)}");
        var content = value.Member("content");
        if (content is { Json.ValueKind: not (JsonValueKind.String or JsonValueKind.Array) })
            throw content.Refuse("must be a string or an array of parts");
        var item = new QwenItem(value.ItemJson(), null, "message", role.Text());
        var message = protocol.ReadMessage(item)!;
        if (message.Role == OldResult)
            message = message with { Role = "tool", ToolCallId = "" };
        if (message.Role == "tool" && message.ToolCallId is null)
            throw value.Refuse("is a tool result without tool_call_id");
        if (content is { Json.ValueKind: JsonValueKind.Array })
            left.Parts += Math.Max(0, content.Json.GetArrayLength() - message.Parts.Count);
        left.CountMessage(value.Json);
        return message;
    }

    /// <summary>Divides items into turns, each ending with a reply. Items after the last reply are pending.</summary>
    private static (List<QwenTurn> Turns, QwenItem[] Pending) Divide(List<QwenItem> items, DateTimeOffset now)
    {
        var turns = new List<QwenTurn>();
        int from = 0;
        for (int i = 0; i < items.Count; i++)
        {
            if (!IsAnswer(items[i]) || i + 1 < items.Count && IsAnswer(items[i + 1]))
                continue;
            var turn = items[from..(i + 1)];
            turns.Add(new QwenTurn(turns.Count + 1, turn, turn.FindIndex(IsAnswer)) { CreatedAt = now });
            from = i + 1;
        }
        return (turns, items[from..].ToArray());
    }

    private static bool IsAnswer(QwenItem item) => item.Role == "assistant" || item.Type == "reasoning";

    // A transcript from another service may specify a model that does not exist here, so a model that is not in the catalog is ignored.
    private static string? KnownModel(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty("model", out var model) && model.ValueKind == JsonValueKind.String
            && ModelCatalogue.Find(model.GetString()!) is { } known ? known.Id : null;
}
