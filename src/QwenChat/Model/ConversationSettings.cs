using System.Text.Json.Serialization;
using QwenChat.Tools;

namespace QwenChat.Model;

/// <summary>
/// All options of a conversation; a change takes effect with the next turn. The record is immutable, so a change is applied completely or not at all. Each
/// option is a property of this record, of <see cref="QwenOptions"/>, or of <see cref="ToolOptions"/>. <see cref="OptionField"/> finds these properties to
/// merge and save options.
/// </summary>
internal sealed record ConversationSettings
{
    private readonly QwenMetadataDictionary _metadata = QwenMetadataDictionary.Of(new Dictionary<string, string>());

    /// <summary>The conversation's name. Files and stores keep it outside the options, because conversations are looked up by name.</summary>
    [JsonIgnore]
    public string? Name { get; init; }

    /// <summary>True if the service must not store anything (<c>store:false</c>).</summary>
    public bool Stateless { get; init; }

    public QwenOptions Options { get; init; } = new();

    public IReadOnlyDictionary<string, string> Metadata
    {
        get => _metadata;
        init => _metadata = QwenMetadataDictionary.Of(value);
    }

    /// <summary>The cost limit of the conversation, in the currency of its model's price; null for no limit.</summary>
    public decimal? CostLimit { get; init; }

    /// <summary>The token limit of the conversation, input and output together; null for no limit.</summary>
    [Least(1)]
    public long? TokenLimit { get; init; }

    /// <summary>The policy that selects the part of the history to send; null to send the whole history.</summary>
    public QwenContextPolicy? ContextPolicy { get; init; }

    /// <summary>The tools and the settings for calling them. Tools are commands of this session, so neither files nor stores contain them.</summary>
    [JsonIgnore]
    public ToolOptions Tools { get; init; } = ToolOptions.None;
}
