using System.Text.Json.Serialization;
using QwenChat.Tools;

namespace QwenChat.Model;

/// <summary>
/// All options of a conversation, in effect from its next turn: one immutable value, so that a change is made whole or not at all. Each option is
/// declared here, in <see cref="QwenOptions"/> or in <see cref="ToolOptions"/>; <see cref="OptionField"/> finds it for merging, files and stores.
/// </summary>
internal sealed record ConversationSettings
{
    private readonly QwenMetadataDictionary _metadata = QwenMetadataDictionary.Of(new Dictionary<string, string>());

    /// <summary>The conversation's name. Files and stores keep it beside the options, because a conversation is looked up by it.</summary>
    [JsonIgnore]
    public string? Name { get; init; }

    /// <summary>True when the service is to keep nothing (<c>store:false</c>).</summary>
    public bool Stateless { get; init; }

    /// <summary>What every turn asks for.</summary>
    public QwenOptions Options { get; init; } = new();

    /// <summary>The user's notes.</summary>
    public IReadOnlyDictionary<string, string> Metadata
    {
        get => _metadata;
        init => _metadata = QwenMetadataDictionary.Of(value);
    }

    /// <summary>The most that the conversation may cost, in the currency of its model's price; null for no limit.</summary>
    public decimal? CostLimit { get; init; }

    /// <summary>The most tokens that the conversation may use, input and output together; null for no limit.</summary>
    [Least(1)]
    public long? TokenLimit { get; init; }

    /// <summary>What is sent when the history grows; null: all of it.</summary>
    public QwenContextPolicy? ContextPolicy { get; init; }

    /// <summary>The tools, and how they are called. They are commands of this session, so neither files nor stores hold them.</summary>
    [JsonIgnore]
    public ToolOptions Tools { get; init; } = ToolOptions.None;
}
