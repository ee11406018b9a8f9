using QwenChat.Cost;
using QwenChat.Export;

namespace QwenChat.Batch;

/// <summary>What is kept of one request of a batch: which conversation and message it is of, so that its result becomes a turn in any process.</summary>
/// <param name="Id">The id by which the result is known; null until the batch numbers it.</param>
/// <param name="Conversation">The conversation as it was when the request was made.</param>
/// <param name="Half">The turn without its answer: items, terms and model.</param>
internal sealed record BatchEntry(string? Id, ConversationFileContent Conversation, QwenTurn Half)
{
    /// <summary>The last turn that the conversation had; null where it had none. The turns' own ids are not in the conversation's file.</summary>
    public Guid? Tip { get; init; }

    /// <summary>Where the conversation is stored; null where it is not.</summary>
    public string? Store { get; init; }

    /// <summary>How many items waited in the conversation for its next turn, and are in this one.</summary>
    public int Waiting { get; init; }

    /// <summary>The schema of the answer; null for an answer in text.</summary>
    public BatchAnswer? Answer { get; init; }

    /// <summary>What the request is expected to use and cost.</summary>
    public required Forecast Forecast { get; init; }

    /// <summary>The input that the request was made of, as JSON; null where there was none.</summary>
    public string? Input { get; init; }
}
