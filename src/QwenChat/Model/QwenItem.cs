using System.Text.Json;
using QwenChat.Model;
using QwenChat.Tools;

namespace QwenChat;

/// <summary>
/// An immutable item of a conversation: a message, the model's thinking, a tool call or its result. The item is kept as UTF-8 JSON in the format of the
/// conversation's API. The base64 data of files is stored separately and shared. <see cref="Text"/> and <see cref="Content"/> are read from the JSON on
/// access.
/// </summary>
public sealed class QwenItem
{
    private volatile ItemBody _body;
    private JsonTokenType _contentForm;

    internal QwenItem(ReadOnlyMemory<byte> json, string? id, string type, string? role)
        : this(ItemBody.Of(json), id, type, role)
    {
    }

    private QwenItem(ItemBody body, string? id, string type, string? role)
    {
        _body = body;
        Id = id;
        Type = type;
        Role = role;
    }

    /// <summary>The service's id, or a local id when only the client keeps the item.</summary>
    public string? Id { get; internal init; }

    /// <summary>
    /// The type of the item: <c>message</c>, <c>reasoning</c>, <c>function_call</c>, <c>function_call_output</c>, <c>web_search_call</c>, or another type
    /// that the service sends.
    /// </summary>
    public string Type { get; }

    /// <summary>The role: <c>user</c>, <c>assistant</c>, <c>system</c>, <c>developer</c> or <c>tool</c>; null for items without a role.</summary>
    public string? Role { get; }

    /// <summary>The item's text; empty if the item has no text.</summary>
    public string Text => ItemJson.ReadText(_body.Frame.Span);

    /// <summary>The item's parts, in order.</summary>
    public IReadOnlyList<QwenContentPart> Content => Type == "image_generation_call" ? ItemJson.ReadResult(_body) : ItemJson.ReadContent(_body);

    /// <summary>The time when the item was created, in UTC.</summary>
    public DateTimeOffset? CreatedAt { get; internal init; }

    /// <summary>The time when the service deletes the item, in UTC; null if only the client keeps the item.</summary>
    public DateTimeOffset? ExpiresAt { get; internal init; }

    /// <summary>The item's status as reported by the service, such as <c>completed</c>; null if the service reports no status.</summary>
    public string? Status { get; internal init; }

    /// <summary>
    /// The item as one JSON object, in the format of the conversation's API. An item with files is copied on each access; use <see cref="Pieces"/> to send
    /// it.
    /// </summary>
    internal ReadOnlyMemory<byte> Json => _body.Whole();

    /// <summary>The total length of <see cref="Pieces"/>, in bytes.</summary>
    internal long JsonLength => _body.Length;

    /// <summary>True for items that accompany the message of a reply. These items are kept and shown, but no API accepts them as input.</summary>
    internal bool IsForDisplay => Type is "ocr_result" or ServiceToolItems.ToolInfo or ServiceToolItems.SearchInfo or "logprobs" or "choice";

    /// <summary>True for items that are sent whenever their turn is sent. False for thinking, because many requests omit earlier thinking.</summary>
    internal bool IsAlwaysSent => Type != "reasoning" && !IsForDisplay && !ServiceToolItems.IsOutputOnly(Type);

    internal bool IsServiceToolCall => ServiceToolItems.IsCall(Type);

    /// <summary>Whether the item may contain media, because its JSON contains the name of a media part of any API. False positives are possible.</summary>
    internal bool MayHaveMedia => Role is "user" or "assistant" && (Has("\"image"u8) || Has("\"input_image"u8) || Has("\"video"u8) || Has("\"input_video"u8)
        || Has("\"audio"u8) || Has("\"input_audio"u8) || Has("\"file"u8) || Has("\"input_file"u8));

    /// <summary>The item's JSON without the content of files. It is valid JSON by itself, and its size does not depend on files.</summary>
    internal ReadOnlyMemory<byte> Frame => _body.Frame;

    /// <summary>
    /// The JSON token type of the item's content: a string, an array of parts …; <see cref="JsonTokenType.EndObject"/> if the item has no content.
    /// Cached, because a request may need the type of every item in the history.
    /// </summary>
    internal JsonTokenType ContentForm => _contentForm == JsonTokenType.None ? _contentForm = ItemJson.ReadContentForm(Frame.Span) : _contentForm;

    internal bool IsOnePiece => _body.IsOnePiece;

    /// <summary>Enumerates <see cref="Json"/> in the stored pieces, without copying.</summary>
    internal IEnumerable<ReadOnlyMemory<byte>> Pieces => _body.Pieces();

    /// <summary>The temporary-store URLs that the item refers to (wire §6.4).</summary>
    internal IReadOnlyList<string> TemporaryAddresses => _body.TemporaryAddresses;

    /// <summary>Returns the item's text.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;

    private bool Has(ReadOnlySpan<byte> name) => _body.Frame.Span.IndexOf(name) >= 0;

    /// <summary>Makes the item use an equal copy of its JSON, so that the original memory can be released.</summary>
    internal void MoveTo(ReadOnlyMemory<byte> copy) => _body = _body.At(copy);

    internal QwenItem With(string? id = null, DateTimeOffset? createdAt = null, DateTimeOffset? expiresAt = null, string? status = null) =>
        new(_body, id ?? Id, Type, Role) { CreatedAt = createdAt ?? CreatedAt, ExpiresAt = expiresAt ?? ExpiresAt, Status = status ?? Status };

    internal QwenItem WithAddresses(IReadOnlyDictionary<string, string> addresses) =>
        new(_body.Replace(addresses), Id, Type, Role) { CreatedAt = CreatedAt, ExpiresAt = ExpiresAt, Status = Status };
}
