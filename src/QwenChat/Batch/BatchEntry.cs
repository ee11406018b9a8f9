using QwenChat.Cost;
using QwenChat.Export;

namespace QwenChat.Batch;

/// <summary>The stored conversation and message of one request in a batch. Any process can create a turn from this data and the result.</summary>
/// <param name="Id">The id that identifies the result; null until the batch numbers the request.</param>
/// <param name="Conversation">The conversation as it was when the request was created.</param>
/// <param name="Turn">The turn, without its answer.</param>
internal sealed record BatchEntry(string? Id, ConversationFileContent Conversation, QwenTurn Turn)
{
    /// <summary>
    /// The id of the conversation's last turn; null if the conversation had no turns. The id is stored separately, because the conversation's
    /// file format does not contain turn ids.
    /// </summary>
    public Guid? Tip { get; init; }

    /// <summary>The location of the conversation's store; null if the conversation is not stored.</summary>
    public string? Store { get; init; }

    /// <summary>The number of the conversation's pending items that are part of this turn.</summary>
    public int Waiting { get; init; }

    /// <summary>The schema of the answer; null for a text answer.</summary>
    public BatchAnswer? Answer { get; init; }

    public required Forecast Forecast { get; init; }

    /// <summary>The input that the request was created from, as JSON; null if nothing was piped.</summary>
    public string? Input { get; init; }
}
