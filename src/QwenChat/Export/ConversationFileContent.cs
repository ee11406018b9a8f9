using QwenChat.Catalogue;
using QwenChat.Cost;
using QwenChat.Model;

namespace QwenChat.Export;

/// <summary>A conversation's data without its connection, as stored in files.</summary>
internal sealed record ConversationFileContent
{
    public required ConversationFileHead Head { get; init; }

    public required IReadOnlyList<QwenTurn> Turns { get; init; }

    public ConversationState State { get; init; } = new();

    /// <summary>Returns a snapshot of a conversation, even while a turn is running; for a reply, the conversation up to and including the reply.</summary>
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

    /// <summary>Creates the conversation.</summary>
    /// <param name="connection">The connection to use, because files do not contain a connection.</param>
    /// <param name="model">The model if the file specifies no model.</param>
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

/// <summary>The identity and options of a conversation, which rarely change.</summary>
internal sealed record ConversationFileHead(string Id, QwenApi Api, DateTimeOffset CreatedAt, ConversationSettings Settings);

/// <summary>The state of a conversation after its last turn.</summary>
internal sealed record ConversationState
{
    /// <summary>The total usage, including undone turns.</summary>
    public QwenUsage? Usage { get; init; }

    /// <summary>The amounts that count against limits, if they differ from the sum of the turns because of undone turns or calls outside turns.</summary>
    public LimitCount? Counted { get; init; }

    /// <summary>The usage and cost of calls outside turns.</summary>
    public IReadOnlyList<CallLine> Calls { get; init; } = [];

    public IReadOnlyList<QwenItem> Pending { get; init; } = [];

    /// <summary>True if the next request cannot begin with the bytes of the previous request.</summary>
    public bool PrefixBroken { get; init; }

    /// <summary>The summaries that replace the first turns in requests.</summary>
    public IReadOnlyList<QwenSummary> Summaries { get; init; } = [];

    /// <summary>Returns the state after an additional turn. The turn contains the pending items, and the prefix is no longer broken.</summary>
    public ConversationState After(QwenTurn turn) => new() { Usage = turn.Usage is null ? Usage : Usage + turn.Usage, Calls = Calls, Summaries = Summaries };
}
