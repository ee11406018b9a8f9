using QwenChat.Model;
using QwenChat.Protocols.Tools;

namespace QwenChat.Protocols;

/// <summary>One request, planned: what is sent, with which options. The protocol only writes it down.</summary>
internal sealed record ChatRequest
{
    public required string Model { get; init; }

    /// <summary>What the catalogue knows of the model; null for an unknown one.</summary>
    public QwenModel? Facts { get; init; }

    public required QwenOptions Options { get; init; }

    /// <summary>The system text of this request.</summary>
    public string? Instructions { get; init; }

    /// <summary>The turns to send along, oldest first.</summary>
    public HistorySlice History { get; init; }

    /// <summary>The new turn's user side.</summary>
    public required IReadOnlyList<QwenItem> Input { get; init; }

    /// <summary>What stands for the turns before <see cref="History"/>, as a message before it. Empty when there is nothing, or the service has it.</summary>
    public IReadOnlyList<QwenItem> Summary { get; init; } = [];

    /// <summary>Earlier turns as a message, for this request alone: directly before the newest message, or before
    /// <see cref="History"/> where there is none. Empty when there are none.</summary>
    public IReadOnlyList<QwenItem> Recalled { get; init; } = [];

    public string? PreviousResponseId { get; init; }

    public string? ConversationId { get; init; }

    /// <summary>False: the service is to keep nothing.</summary>
    public bool Store { get; init; } = true;

    public bool Stream { get; init; }

    /// <summary>The functions that the model may call; they stand before the user's own in <c>-ExtraBody</c>.</summary>
    public IReadOnlyList<ToolDefinition> Tools { get; init; } = [];

    /// <summary>How <see cref="Tools"/> are to be called; null leaves it to the model, as <see cref="Tools.ToolChoice.Auto"/> does.</summary>
    public ToolChoice? ToolChoice { get; init; }

    /// <summary>How an answer of a schema is asked for; null for an answer in text.</summary>
    public AnswerFormat? Format { get; init; }

    /// <summary>How the answer is to be spoken; null for text alone.</summary>
    public SpokenAnswer? Spoken { get; init; }

    /// <summary>Whether earlier thinking is sent back, in its own field.</summary>
    public bool SendThinking { get; init; }

    /// <summary>The explicit cache's markers; null: there are none, and text is written in its short form.</summary>
    public CacheMarks? Marks { get; init; }

    /// <summary>Only fields of the OpenAI standard: the server is not the Qwen service.</summary>
    public bool StandardFieldsOnly { get; init; }
}

/// <summary>A request body in pieces: a head, the history's own bytes, a tail. Nothing is copied until it is sent.</summary>
internal sealed class ChatRequestBody(ReadOnlyMemory<byte> head, IEnumerable<ReadOnlyMemory<byte>> history, long historyLength, ReadOnlyMemory<byte> tail)
{
    /// <summary>What stands before the history: model, tools, instructions.</summary>
    public ReadOnlyMemory<byte> Head => head;

    public long Length => head.Length + historyLength + tail.Length;

    /// <summary>The pieces in order; may be enumerated for every attempt again.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Pieces()
    {
        yield return head;
        foreach (var piece in history)
            yield return piece;
        yield return tail;
    }

    /// <summary>The whole body in one array, for people and tests.</summary>
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
