using System.Text.Json;
using QwenChat.Model;

namespace QwenChat;

/// <summary>
/// One item of a conversation: a message, the model's thinking, a tool call or its result. Immutable. Its JSON, in the form of the
/// conversation's API, was written once and is kept as UTF-8, the base64 of files apart and shared; <see cref="Text"/> and
/// <see cref="Content"/> are read from it on access.
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

    /// <summary>The service's id, or a local one for what only the caller keeps.</summary>
    public string? Id { get; internal init; }

    /// <summary>
    /// <c>message</c>, <c>reasoning</c>, <c>function_call</c>, <c>function_call_output</c>, <c>web_search_call</c> and what else the service sends.
    /// </summary>
    public string Type { get; }

    /// <summary><c>user</c>, <c>assistant</c>, <c>system</c>, <c>developer</c>, <c>tool</c>; null for items that nobody says.</summary>
    public string? Role { get; }

    /// <summary>The item's text; empty when it has none.</summary>
    public string Text => ItemJson.ReadText(_body.Frame.Span);

    /// <summary>The item's parts, in order.</summary>
    public IReadOnlyList<QwenContentPart> Content => Type == "image_generation_call" ? ItemJson.ReadResult(_body) : ItemJson.ReadContent(_body);

    /// <summary>When the item was made, UTC.</summary>
    public DateTimeOffset? CreatedAt { get; internal init; }

    /// <summary>When the service forgets the item, UTC; null where the caller keeps it.</summary>
    public DateTimeOffset? ExpiresAt { get; internal init; }

    /// <summary>The service's word for the item's state, such as <c>completed</c>; null where it gives none.</summary>
    public string? Status { get; internal init; }

    /// <summary>
    /// The item as one JSON object, in the form of the conversation's API. Where files are in it, it is copied together: for sending there is
    /// <see cref="Pieces"/>.
    /// </summary>
    internal ReadOnlyMemory<byte> Json => _body.Whole();

    /// <summary>The bytes of <see cref="Pieces"/>.</summary>
    internal long JsonLength => _body.Length;

    /// <summary>True for what came beside an answer's message: it is kept and shown, and no API takes it back.</summary>
    internal bool IsForDisplay => Type is "ocr_result" or "tool_info" or "logprobs" or "choice";

    /// <summary>True for what every request carries that carries its turn. Thinking goes along only where it is asked for.</summary>
    internal bool IsAlwaysSent => Type != "reasoning" && !IsForDisplay;

    /// <summary>Whether there may be media in it; false is certain. Looks for the names that media parts have, in any API.</summary>
    internal bool MayHaveMedia => Role is "user" or "assistant" && (Has("\"image"u8) || Has("\"input_image"u8) || Has("\"video"u8) || Has("\"input_video"u8)
        || Has("\"audio"u8) || Has("\"input_audio"u8) || Has("\"file"u8) || Has("\"input_file"u8));

    /// <summary>The item's JSON without the contents of files: valid by itself, and never large on their account.</summary>
    internal ReadOnlyMemory<byte> Frame => _body.Frame;

    /// <summary>
    /// What begins its content: a string, an array of parts …; <see cref="JsonTokenType.EndObject"/> where there is none. Looked up once, since a
    /// request may ask it of the whole history.
    /// </summary>
    internal JsonTokenType ContentForm => _contentForm == JsonTokenType.None ? _contentForm = ItemJson.ReadContentForm(Frame.Span) : _contentForm;

    /// <summary>True when there are no files in it, so that <see cref="Json"/> is the one piece.</summary>
    internal bool IsOnePiece => _body.IsOnePiece;

    /// <summary><see cref="Json"/> in the pieces that it is kept in; nothing is copied.</summary>
    internal IEnumerable<ReadOnlyMemory<byte>> Pieces => _body.Pieces();

    /// <summary>The addresses in the temporary store that the item refers to (qwen-api §6.4).</summary>
    internal IReadOnlyList<string> TemporaryAddresses => _body.TemporaryAddresses;

    /// <summary>The item's text.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;

    private bool Has(ReadOnlySpan<byte> name) => _body.Frame.Span.IndexOf(name) >= 0;

    /// <summary>Lets the item's JSON be where a copy of it is.</summary>
    internal void MoveTo(ReadOnlyMemory<byte> copy) => _body = _body.At(copy);

    internal QwenItem With(string? id = null, DateTimeOffset? createdAt = null, DateTimeOffset? expiresAt = null, string? status = null) =>
        new(_body, id ?? Id, Type, Role) { CreatedAt = createdAt ?? CreatedAt, ExpiresAt = expiresAt ?? ExpiresAt, Status = status ?? Status };

    /// <summary>The same item with other addresses of the temporary store in it.</summary>
    internal QwenItem WithAddresses(IReadOnlyDictionary<string, string> addresses) =>
        new(_body.Replace(addresses), Id, Type, Role) { CreatedAt = CreatedAt, ExpiresAt = ExpiresAt, Status = Status };

    /// <summary>A local id, for items that no service has named.</summary>
    internal static string NewLocalId() => "item_" + Guid.NewGuid().ToString("N")[..16];
}
