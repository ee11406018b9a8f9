using QwenChat.Catalogue;
using QwenChat.Cost;
using QwenChat.Model;

namespace QwenChat.Export;

/// <summary>All that makes a conversation, but for its connection: what a file holds, and what an import makes a conversation of.</summary>
internal sealed record ConversationFileContent
{
    public required ConversationFileHead Head { get; init; }

    public required IReadOnlyList<QwenTurn> Turns { get; init; }

    public ConversationState State { get; init; } = new();

    /// <summary>
    /// What a conversation is at this moment, whether or not a turn is running; of a reply, the conversation up to it.
    /// </summary>
    public static ConversationFileContent Of(IQwenConversation source)
    {
        var conversation = source is QwenReply reply ? reply.Conversation : source.Continue();
        var (path, pending, usage, counted) = conversation.Snapshot();
        bool prefixBroken = conversation.PrefixBroken;
        var calls = conversation.CallLines;
        if (source is QwenReply && source.Continue() is var branch && branch.Path.Last != path.Last)
            (path, pending, usage, counted, calls, prefixBroken) = (branch.Path, [], branch.Usage, branch.Ledger.Counted, [], false);
        return new ConversationFileContent
        {
            Head = new ConversationFileHead(conversation.Id, conversation.ApiKind, conversation.CreatedAt, conversation.Settings),
            Turns = path.From(0).ToArray(),
            State = new ConversationState
            {
                Usage = usage,
                Counted = counted.Equals(Ledger.Of(path, conversation.Connection).Counted) ? null : counted,
                Calls = calls,
                Pending = pending,
                PrefixBroken = prefixBroken,
                Summaries = conversation.AllSummaries.On(path),
            },
        };
    }

    /// <summary>The conversation, bound to a connection.</summary>
    /// <param name="connection">What to go on with; files hold none.</param>
    /// <param name="model">The model for a file that names none.</param>
    public QwenConversation Restore(QwenConnection connection, string? model = null)
    {
        var path = new TurnPath();
        foreach (var turn in Turns)
            path = path.Append(turn);
        string named = Head.Settings.Options.Model ?? model ?? ModelCatalogue.DefaultModel;
        var settings = Head.Settings with { Options = Head.Settings.Options with { Model = named } };
        var conversation = new QwenConversation(Head.Api, connection, settings, Head.Id, Head.CreatedAt);
        conversation.Restore(path, State.Pending, State.Usage, State.PrefixBroken, State.Counted, State.Calls);
        conversation.ReplaceSummaries(SummaryList.Of(State.Summaries, path));
        return conversation;
    }
}

/// <summary>What a conversation is, and its options; changes seldom.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Api">Who keeps its history.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Settings">Its options.</param>
internal sealed record ConversationFileHead(string Id, QwenApi Api, DateTimeOffset CreatedAt, ConversationSettings Settings);

/// <summary>Where a conversation stands behind its last turn.</summary>
internal sealed record ConversationState
{
    /// <summary>The running total, which turns that were taken back are still part of.</summary>
    public QwenUsage? Usage { get; init; }

    /// <summary>What counts towards limits, where it is not what the turns add up to: some were taken back, or calls were made that are no turns.</summary>
    public LimitCount? Counted { get; init; }

    /// <summary>What calls that are no turns used and cost.</summary>
    public IReadOnlyList<CallLine> Calls { get; init; } = [];

    /// <summary>Items that wait for the next turn.</summary>
    public IReadOnlyList<QwenItem> Pending { get; init; } = [];

    /// <summary>True when the next request cannot begin with the bytes of the one before.</summary>
    public bool PrefixBroken { get; init; }

    /// <summary>What stands for the first turns in requests.</summary>
    public IReadOnlyList<QwenSummary> Summaries { get; init; } = [];

    /// <summary>Where the conversation stands after one more turn, if nothing else happened.</summary>
    public ConversationState After(QwenTurn turn) => new() { Usage = turn.Usage is null ? Usage : Usage + turn.Usage, Calls = Calls, Summaries = Summaries };
}
