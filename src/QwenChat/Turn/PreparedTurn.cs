using QwenChat.History;
using QwenChat.Policy;
using QwenChat.Protocols;
using QwenChat.Recall;

namespace QwenChat.Turn;

/// <summary>A turn that was checked, before anything is asked of the service: its options, and its new items in the API's form.</summary>
/// <param name="Scope">The turn.</param>
/// <param name="Model">The model's name.</param>
/// <param name="Options">What the turn asks for, the conversation's options included.</param>
internal sealed record PreparedTurn(TurnScope Scope, string Model, QwenOptions Options)
{
    /// <summary>What the catalogue knows of the model; null for an unknown one.</summary>
    public QwenModel? Facts { get; init; }

    /// <summary>How the request asks for an answer of a schema; null for an answer in text.</summary>
    public AnswerFormat? Format { get; init; }

    /// <summary>What the turn costs, and the limits that it is held against.</summary>
    public required TurnBill Bill { get; init; }

    /// <summary>What the turn does about the history, by who keeps it.</summary>
    public required TurnHistory History { get; init; }

    /// <summary>Selects what the request carries of the conversation.</summary>
    public required ContextPlanner Context { get; init; }

    /// <summary>Finds earlier turns that the message is about.</summary>
    public required TurnRecall Recall { get; init; }

    /// <summary>The items that were added since the last answer.</summary>
    public required IReadOnlyList<QwenItem> Waiting { get; init; }

    /// <summary>The new items of the request: what is said now, and before it what waited, unless the service has that already.</summary>
    public required IReadOnlyList<QwenItem> Input { get; init; }

    /// <summary>Whether earlier thinking is sent back.</summary>
    public bool SendsThinking { get; init; }

    /// <summary>The protocol of the API.</summary>
    public IChatProtocol Protocol => ChatProtocol.For(Scope.Api, Model);

    /// <summary>The items that waited and are at the service already.</summary>
    public IReadOnlyList<QwenItem> Before => History.SendsPending ? [] : Waiting;

    /// <summary>The new items that the model sees: what waited, and what is said now. They are the turn's user side.</summary>
    public IReadOnlyList<QwenItem> Said => Before.Count == 0 ? Input : [.. Before, .. Input];
}
