namespace QwenChat;

/// <summary>
/// One item of a conversation: a message, the model's thinking, a tool call or its result. Immutable. Its JSON, in the form of the
/// conversation's API, was written once and is kept as UTF-8; <see cref="Text"/> and <see cref="Content"/> are read from it on access.
/// </summary>
public sealed class QwenItem
{
    internal QwenItem(ReadOnlyMemory<byte> json, string? id, string type, string? role)
    {
        Json = json;
        Id = id;
        Type = type;
        Role = role;
    }

    /// <summary>The service's id, or a local one for what only the caller keeps.</summary>
    public string? Id { get; internal init; }

    /// <summary><c>message</c>, <c>reasoning</c>, <c>function_call</c>, <c>function_call_output</c>, <c>web_search_call</c> and what else the service sends.</summary>
    public string Type { get; }

    /// <summary><c>user</c>, <c>assistant</c>, <c>system</c>, <c>developer</c>, <c>tool</c>; null for items that nobody says.</summary>
    public string? Role { get; }

    /// <summary>The item's text; empty when it has none.</summary>
    public string Text => ItemJson.ReadText(Json.Span);

    /// <summary>The item's parts, in order.</summary>
    public IReadOnlyList<QwenContentPart> Content => ItemJson.ReadContent(Json);

    /// <summary>When the item was made, UTC.</summary>
    public DateTimeOffset? CreatedAt { get; internal init; }

    /// <summary>When the service forgets the item, UTC; null where the caller keeps it.</summary>
    public DateTimeOffset? ExpiresAt { get; internal init; }

    /// <summary>The service's word for the item's state, such as <c>completed</c>; null where it gives none.</summary>
    public string? Status { get; internal init; }

    /// <summary>The item as one JSON object, in the form of the conversation's API.</summary>
    internal ReadOnlyMemory<byte> Json { get; }

    /// <summary>The item's text.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;

    internal QwenItem With(string? id = null, DateTimeOffset? createdAt = null, DateTimeOffset? expiresAt = null, string? status = null) =>
        new(Json, id ?? Id, Type, Role) { CreatedAt = createdAt ?? CreatedAt, ExpiresAt = expiresAt ?? ExpiresAt, Status = status ?? Status };

    /// <summary>A local id, for items that no service has named.</summary>
    internal static string NewLocalId() => "item_" + Guid.NewGuid().ToString("N")[..16];
}

/// <summary>One part of an item's content.</summary>
/// <param name="Type">The part's type in the API's own word: <c>text</c>, <c>input_text</c>, <c>output_text</c>, <c>image_url</c>, <c>image</c> …</param>
/// <param name="Text">The part's text; null for media.</param>
/// <param name="Url">The address of a media part (http, oss or data); null for text.</param>
public sealed record QwenContentPart(string Type, string? Text, string? Url)
{
    /// <summary>The part's text, or its address.</summary>
    /// <returns>A short form of the part.</returns>
    public override string ToString() => Text ?? Url ?? Type;
}
