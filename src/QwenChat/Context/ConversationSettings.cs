using System.Text.Json;
using System.Text.Json.Serialization;

namespace QwenChat.Context;

/// <summary>What a stored conversation is resumed with, besides its header and turns. Members that a version does not know are passed over.</summary>
internal sealed record ConversationSettings
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Converters = { new JsonStringEnumConverter() },
    };

    public QwenOptions Options { get; init; } = new();

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    public bool Stateless { get; init; }

    /// <summary>The service's id of the conversation, where the service keeps it and it is stored under another.</summary>
    public string? ServiceId { get; init; }

    public QwenContextPolicy? ContextPolicy { get; init; }

    public IReadOnlyList<QwenSummary>? Summaries { get; init; }

    /// <summary>The header under which a conversation is stored.</summary>
    public static ConversationHeader HeaderOf(QwenConversation conversation, string id) => new()
    {
        Id = id,
        Name = conversation.Name,
        Api = conversation.Api,
        Model = conversation.Options.Model,
        CreatedAt = conversation.CreatedAt,
        Settings = JsonSerializer.Serialize(new ConversationSettings
        {
            Options = conversation.Options,
            Metadata = conversation.Metadata.Count > 0 ? conversation.Metadata : null,
            Stateless = conversation.Stateless,
            ContextPolicy = conversation.ContextPolicy,
            Summaries = conversation.Summaries is { Count: > 0 } summaries ? summaries : null,
            ServiceId = conversation.Id == id ? null : conversation.Id,
        }, s_json),
    };

    public static ConversationSettings Read(string json) => JsonSerializer.Deserialize<ConversationSettings>(json, s_json)!;
}
