using QwenChat.Model;
using QwenChat.Protocols.Tools;

namespace QwenChat.Protocols;

/// <summary>A planned request: its contents and options. The protocol only serializes it.</summary>
internal sealed record ChatRequest
{
    public required string Model { get; init; }

    /// <summary>The catalog entry of the model; null for an unknown model.</summary>
    public QwenModel? Facts { get; init; }

    public required QwenOptions Options { get; init; }

    /// <summary>The system prompt of this request.</summary>
    public string? Instructions { get; init; }

    /// <summary>The turns to send, oldest first.</summary>
    public HistorySlice History { get; init; }

    /// <summary>The user's messages, or the tool results, to which the model responds.</summary>
    public required IReadOnlyList<QwenItem> Input { get; init; }

    /// <summary>
    /// The message that replaces the turns before <see cref="History"/>; empty if no turns are summarized, or if the service already has the message.
    /// </summary>
    public IReadOnlyList<QwenItem> Summary { get; init; } = [];

    /// <summary>
    /// The message with the recalled turns; empty if no turns are recalled. The message precedes the newest user message, or the history if the input contains
    /// only tool results. Later requests do not contain the message.
    /// </summary>
    public IReadOnlyList<QwenItem> Recalled { get; init; } = [];

    public string? PreviousResponseId { get; init; }

    public string? ConversationId { get; init; }

    /// <summary>False if the service must not store the response.</summary>
    public bool Store { get; init; } = true;

    public bool Stream { get; init; }

    /// <summary>The functions that the model may call. In the request, they precede the tools in <c>-ExtraBody</c>.</summary>
    public IReadOnlyList<ToolDefinition> Tools { get; init; } = [];

    /// <summary>The tool choice; null means that the model decides, as with <see cref="Tools.ToolChoice.Auto"/>.</summary>
    public ToolChoice? ToolChoice { get; init; }

    /// <summary>The format of an answer that must match a schema; null for a text answer.</summary>
    public AnswerFormat? Format { get; init; }

    /// <summary>The settings of a spoken answer; null if the answer is only text.</summary>
    public SpokenAnswer? Spoken { get; init; }

    /// <summary>Whether thinking from earlier turns is sent, separately from the text.</summary>
    public bool SendThinking { get; init; }

    /// <summary>The messages with markers for the explicit cache; null if there are no markers, in which case text content is written as a string.</summary>
    public MarkedMessages? Marks { get; init; }

    public bool HasDocuments => Input.Any(IsDocument) || History.Path.From(History.From).Any(turn => turn.HasMedia && turn.Items.Any(IsDocument));

    /// <summary>Whether only fields of the OpenAI standard are allowed, because the server is not the Qwen service.</summary>
    public bool StandardFieldsOnly { get; init; }

    private static bool IsDocument(QwenItem item) =>
        item is { Role: "user", MayHaveMedia: true } && item.Content.Any(part => part.IsMedia && part.Type.StartsWith("file", StringComparison.Ordinal));
}

/// <summary>A request body in pieces: a head, the bytes of the history, and a tail. Nothing is copied until the body is sent.</summary>
internal sealed class ChatRequestBody(ReadOnlyMemory<byte> head, IEnumerable<ReadOnlyMemory<byte>> history, long historyLength, ReadOnlyMemory<byte> tail)
{
    /// <summary>The bytes before the history: model, tools, instructions.</summary>
    public ReadOnlyMemory<byte> Head => head;

    public long Length => head.Length + historyLength + tail.Length;

    /// <summary>The pieces in order; they can be enumerated again for each attempt.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Pieces()
    {
        yield return head;
        foreach (var piece in history)
            yield return piece;
        yield return tail;
    }

    /// <summary>Returns the whole body in one array, for display and tests.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        int at = 0;
        foreach (var piece in Pieces())
        {
            piece.Span.CopyTo(bytes.AsSpan(at));
            at += piece.Length;
        }
        return bytes;
    }
}
