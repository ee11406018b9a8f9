using QwenChat.History;
using QwenChat.Policy;
using QwenChat.Protocols;
using QwenChat.Recall;

namespace QwenChat.Turn;

/// <summary>A validated turn before any request is sent: its options, and its new items in the format of the API.</summary>
/// <param name="Scope">The context of the turn.</param>
/// <param name="Model">The model's name.</param>
/// <param name="Options">The options of the turn, combined with those of the conversation.</param>
internal sealed record PreparedTurn(TurnScope Scope, string Model, QwenOptions Options)
{
    /// <summary>The model's catalog entry; null for an unknown model.</summary>
    public QwenModel? Facts { get; init; }

    /// <summary>The format for requesting an answer that must match a schema; null for a text answer.</summary>
    public AnswerFormat? Format { get; init; }

    public required TurnBill Bill { get; init; }

    public required TurnHistory History { get; init; }

    public required ContextAssembler Context { get; init; }

    public required TurnRecall Recall { get; init; }

    /// <summary>The pending items: the items that were added since the last reply.</summary>
    public required IReadOnlyList<QwenItem> Waiting { get; init; }

    /// <summary>The new items of the request: the pending items, unless the service already has them, and the message.</summary>
    public required IReadOnlyList<QwenItem> Input { get; init; }

    /// <summary>Whether requests contain earlier thinking.</summary>
    public bool SendsThinking { get; init; }

    public IChatProtocol Protocol => ChatProtocol.For(Scope.Api, Model);

    /// <summary>The pending items that are already on the service.</summary>
    public IReadOnlyList<QwenItem> Before => History.SendsPending ? [] : Waiting;

    /// <summary>The turn's input, which the model sees as new items: the pending items and the message.</summary>
    public IReadOnlyList<QwenItem> Said => Before.Count == 0 ? Input : [.. Before, .. Input];
}
