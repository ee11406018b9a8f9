using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Protocols.Tools;
using QwenChat.Tools;

namespace QwenChat.Turn;

/// <summary>The caller's parameters for one turn.</summary>
internal sealed record TurnRequest
{
    /// <summary>The message; null to send only items that have already been added to the conversation.</summary>
    public MessageDraft? Message { get; init; }

    /// <summary>Messages to send directly before the message, such as references to documents by id.</summary>
    public IReadOnlyList<MessageDraft> Before { get; init; } = [];

    /// <summary>The options for a spoken answer; null for text only.</summary>
    public SpokenAnswer? Spoken { get; init; }

    /// <summary>The options of this turn, which override those of the conversation.</summary>
    public QwenOptions? Options { get; init; }

    /// <summary>The connection for this turn; null to use the conversation's connection.</summary>
    public QwenConnection? Connection { get; init; }

    /// <summary>Whether the caller reads a stream; a streamed turn is kept when it is stopped.</summary>
    public bool Stream { get; init; }

    /// <summary>Whether deleted server state causes an error instead of being rebuilt.</summary>
    public bool NoRebuild { get; init; }

    /// <summary>Whether the turn is answered later, in a batch.</summary>
    public bool IsBatch { get; init; }

    /// <summary>Uploads the files that the request refers to; null if the caller has no files.</summary>
    public ResolveAddresses? ResolveAddresses { get; init; }

    public IReadOnlyList<ToolDefinition> Tools { get; init; } = [];

    /// <summary>Whether and how the model must call tools; null lets the model decide.</summary>
    public ToolChoice? ToolChoice { get; init; }

    /// <summary>The maximum number of tool rounds. With 0, the turn ends with the calls, which the caller runs.</summary>
    public int MaximumToolRounds { get; init; }

    /// <summary>The names of tools without an implementation, whose calls are left to the caller.</summary>
    public IReadOnlySet<string> DeclaredOnly { get; init; } = new HashSet<string>();

    /// <summary>The schema of the answer; null for a text answer.</summary>
    public AnswerSchema? Answer { get; init; }

    /// <summary>Limits that apply to the turn in addition to the conversation's limits.</summary>
    public IReadOnlyList<Budget> Budgets { get; init; } = [];
}
