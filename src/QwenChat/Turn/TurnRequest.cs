using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Protocols.Tools;
using QwenChat.Tools;

namespace QwenChat.Turn;

/// <summary>One turn, as the caller asks for it.</summary>
internal sealed record TurnRequest
{
    /// <summary>What is said; null sends only what was added to the conversation before.</summary>
    public MessageDraft? Message { get; init; }

    /// <summary>What is said directly before, such as documents by their id.</summary>
    public IReadOnlyList<MessageDraft> Before { get; init; } = [];

    /// <summary>How the answer is to be spoken; null for text alone.</summary>
    public SpokenAnswer? Spoken { get; init; }

    /// <summary>What this turn asks for, over what the conversation asks for.</summary>
    public QwenOptions? Options { get; init; }

    /// <summary>A connection for this turn instead of the conversation's.</summary>
    public QwenConnection? Connection { get; init; }

    /// <summary>Whether the caller reads the answer as it comes; such a turn is kept when it is stopped.</summary>
    public bool Stream { get; init; }

    /// <summary>Whether forgotten server state is an error instead of being rebuilt.</summary>
    public bool NoRebuild { get; init; }

    /// <summary>Puts the files that the request refers to where the service finds them; null when the caller has none of its own.</summary>
    public ResolveAddresses? ResolveAddresses { get; init; }

    /// <summary>The tools that the model may call.</summary>
    public IReadOnlyList<ToolDefinition> Tools { get; init; } = [];

    /// <summary>How tools are to be called; null leaves it to the model.</summary>
    public ToolChoice? ToolChoice { get; init; }

    /// <summary>The most rounds of tools that are run; 0 where calls are left to the caller, and the turn ends with them.</summary>
    public int MaximumToolRounds { get; init; }

    /// <summary>The names of tools without an implementation, whose calls are left to the caller.</summary>
    public IReadOnlySet<string> DeclaredOnly { get; init; } = new HashSet<string>();

    /// <summary>The schema that the answer must fit; null for an answer in text.</summary>
    public AnswerSchema? Answer { get; init; }

    /// <summary>The limits, besides the conversation's own, that the turn is held against, and where it counts.</summary>
    public IReadOnlyList<Budget> Budgets { get; init; } = [];
}
