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

    /// <summary>Whether files were not found by the service, and so are uploaded again.</summary>
    public bool UploadsAgain { get; init; }

    /// <summary>Whether the model was not answered at the other native endpoint.</summary>
    public bool HasChangedEndpoint { get; init; }

    /// <inheritdoc/>
    public override PlannedTurn LastRequest => this;

    /// <summary>The turn.</summary>
    public TurnScope Scope => Prepared.Scope;

    /// <summary>The input tokens of the request, about.</summary>
    public long EstimateInput() => Prepared.Context.EstimateInput(Plan.Selection, Prepared.Said);

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
        Prepared.Context.Describe(Plan.Selection, Plan.ToContext(BreaksPrefix(head)), Prepared.Said);
}
