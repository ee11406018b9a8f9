using QwenChat.Model;

namespace QwenChat.Turn;

/// <summary>A turn whose request is ready to send.</summary>
/// <param name="Prepared">The validated turn.</param>
/// <param name="Plan">The part of the conversation that the request contains.</param>
internal sealed record PlannedTurn(PreparedTurn Prepared, TurnPlan Plan) : TurnState
{
    public bool Stream { get; init; }

    /// <summary>The request's items with valid file URLs; null until the URLs have been resolved.</summary>
    public ResolvedFiles? Files { get; init; }

    /// <summary>The turn's earlier requests, each of which was answered with tool calls.</summary>
    public IReadOnlyList<TurnRound> Rounds { get; init; } = [];

    /// <summary>The turn's previous request if its answer did not match the schema. The conversation does not keep this request.</summary>
    public TurnRound? Repair { get; init; }

    public bool IsFirstRequest => Rounds.Count == 0 && Repair is null;

    /// <summary>The turn's earlier requests, including <see cref="Repair"/>.</summary>
    public IEnumerable<TurnRound> Answered => Repair is null ? Rounds : Rounds.Append(Repair);

    /// <summary>Whether files are uploaded again because the service did not find them.</summary>
    public bool UploadsAgain { get; init; }

    public bool HasChangedEndpoint { get; init; }

    /// <inheritdoc/>
    public override PlannedTurn LastRequest => this;

    public TurnScope Scope => Prepared.Scope;

    /// <summary>The turn's items to keep in the conversation: the input, and the items of the tool rounds so far.</summary>
    public IReadOnlyList<QwenItem> Items => Rounds.Count == 0 ? Prepared.Said : [.. Prepared.Said, .. Rounds.SelectMany(round => round.Items)];

    /// <summary>The new items of the request, including the items of the turn's earlier requests.</summary>
    public IReadOnlyList<QwenItem> Input =>
        IsFirstRequest ? Prepared.Input : [.. Prepared.Input, .. Answered.SelectMany(round => round.Items)];

    public long EstimateInput() => Prepared.Context.EstimateInput(Plan.Selection, Items);

    /// <summary>Returns whether the request cannot begin with the bytes of the previous request.</summary>
    /// <param name="head">The head of the request; null before the request is written.</param>
    public bool BreaksPrefix(RequestHead? head)
    {
        var conversation = Scope.Conversation;
        return conversation.PrefixBroken || Prepared.Context.BreaksPrefix(Plan.Selection)
            || (conversation.LastHead is { } last && last != head);
    }

    /// <summary>Describes which parts of the conversation the request contains and omits.</summary>
    public QwenContext Describe(RequestHead? head) =>
        Prepared.Context.Describe(Plan.Selection, Plan.ToContext(BreaksPrefix(head)), Items);
}
