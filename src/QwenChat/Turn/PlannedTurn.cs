namespace QwenChat.Turn;

/// <summary>A request that is ready to be sent.</summary>
/// <param name="Prepared">The turn.</param>
/// <param name="Plan">What the request carries of the conversation.</param>
internal sealed record PlannedTurn(PreparedTurn Prepared, TurnPlan Plan) : TurnState
{
    /// <summary>Whether the answer comes as a stream.</summary>
    public bool Stream { get; init; }

    /// <summary>The request's items with addresses of files that are good now; null before they were looked up.</summary>
    public ResolvedFiles? Files { get; init; }

    /// <summary>The requests of the turn before this one, each of which was answered with calls.</summary>
    public IReadOnlyList<TurnRound> Rounds { get; init; } = [];

    /// <summary>The last request of the turn before this one, if its answer did not fit the schema. The conversation does not keep it.</summary>
    public TurnRound? Repair { get; init; }

    /// <summary>All requests of the turn before this one that were answered.</summary>
    public IEnumerable<TurnRound> Answered => Repair is null ? Rounds : Rounds.Append(Repair);

    /// <summary>Whether files were not found by the service, and so are uploaded again.</summary>
    public bool UploadsAgain { get; init; }

    /// <summary>Whether the model was not answered at the other native endpoint.</summary>
    public bool HasChangedEndpoint { get; init; }

    /// <inheritdoc/>
    public override PlannedTurn LastRequest => this;

    /// <summary>The turn.</summary>
    public TurnScope Scope => Prepared.Scope;

    /// <summary>The items that the turn has added to the conversation so far: its user side, and its rounds of tools.</summary>
    public IReadOnlyList<QwenItem> Items => Rounds.Count == 0 ? Prepared.Said : [.. Prepared.Said, .. Rounds.SelectMany(round => round.Items)];

    /// <summary>The new items of the request.</summary>
    public IReadOnlyList<QwenItem> Input =>
        Rounds.Count == 0 && Repair is null ? Prepared.Input : [.. Prepared.Input, .. Answered.SelectMany(round => round.Items)];

    /// <summary>The input tokens of the request, about.</summary>
    public long EstimateInput() => Prepared.Context.EstimateInput(Plan.Selection, Items);

    /// <summary>Whether the request cannot begin with the bytes of the one before.</summary>
    /// <param name="head">What the request begins with; empty where it is not written yet.</param>
    public bool BreaksPrefix(ReadOnlyMemory<byte> head)
    {
        var conversation = Scope.Conversation;
        return conversation.PrefixBroken || Prepared.Context.BreaksPrefix(Plan.Selection)
            || (!conversation.LastHead.IsEmpty && !conversation.LastHead.Span.SequenceEqual(head.Span));
    }

    /// <summary>What is sent of the conversation, and what is not.</summary>
    public QwenContext Describe(ReadOnlyMemory<byte> head) =>
        Prepared.Context.Describe(Plan.Selection, Plan.ToContext(BreaksPrefix(head)), Items);
}
