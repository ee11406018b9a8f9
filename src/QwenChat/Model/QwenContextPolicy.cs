using System.Text.Json.Serialization;
using QwenChat.Model;

namespace QwenChat;

/// <summary>
/// What is sent of a conversation when its history grows: so many turns, a summary of the older ones, those that the message is about.
/// Each part alone or together. It decides what is sent; the transcript stays whole.
/// </summary>
public sealed record QwenContextPolicy
{
    /// <summary>The share of the model's window at which older turns are summarised, where none was named.</summary>
    internal const double DefaultSummarizeAt = 0.7;

    /// <summary>How many of the newest turns are sent; null for no limit.</summary>
    [Least(0)]
    public int? KeepTurns { get; init; }

    /// <summary>
    /// How many more turns than <see cref="KeepTurns"/> a request may have before it is cut back to them; null for half of them, or none where the turns
    /// have fewer than 1,024 tokens, which no cache is sure to take. Between two cuts requests begin alike, which the service's context cache needs.
    /// </summary>
    [Least(0)]
    public int? SlackTurns { get; init; }

    /// <summary>
    /// The share of the model's window, from 0 to 1, that a request may fill before older turns are summarised; null when it does not decide.
    /// </summary>
    public double? SummarizeAt { get; init; }

    /// <summary>The input tokens that a request may have before older turns are summarised; null when they do not decide.</summary>
    [Least(1)]
    public long? SummarizeAtTokens { get; init; }

    /// <summary>How many of the newest turns are never summarised.</summary>
    [Least(0)]
    public int KeepVerbatim { get; init; } = 2;

    /// <summary>The model that summarises; null: the conversation's own.</summary>
    public string? SummaryModel { get; init; }

    /// <summary>What the summary is to be like; null: what is needed to go on without the turns.</summary>
    public string? SummaryInstruction { get; init; }

    /// <summary>How many of the earlier turns that the model would not see go into a request because its message is nearest to them; null for none.</summary>
    [Least(1)]
    public int? Recall { get; init; }

    /// <summary>The embedding model that says how near; null: the service's usual one, or the words alone where there is none.</summary>
    public string? EmbeddingModel { get; init; }

    /// <summary>
    /// The store that a conversation with this policy, and the vectors of its turns, are kept in; null: where the conversation is kept, if
    /// anywhere. It is not part of files and stores: what is read from a store is kept there.
    /// </summary>
    [JsonIgnore]
    public QwenStore? Store { get; init; }

    /// <summary>The slack in force. With few turns there is none: what so short a request could share is too short to be cached.</summary>
    internal int Slack => SlackTurns ?? (KeepTurns ?? 0) / 2;

    /// <summary>How many of the newest turns no summary stands for.</summary>
    internal int Verbatim => Math.Min(KeepVerbatim, KeepTurns ?? int.MaxValue);

    /// <summary>Whether older turns are summarised.</summary>
    internal bool Summarizes => SummarizeAt is not null || SummarizeAtTokens is not null;

    /// <summary>Whether it leaves turns out of the messages, or puts a summary in their place.</summary>
    internal bool Shortens => KeepTurns is not null || Summarizes;

    /// <summary>The parts that are in force, in a line.</summary>
    /// <returns>Such as <c>KeepTurns 20, SummarizeAt 0.7</c>.</returns>
    public override string ToString()
    {
        var parts = new List<FormattableString>();
        if (KeepTurns is not null)
            parts.Add($"KeepTurns {KeepTurns}");
        if (SummarizeAt is not null)
            parts.Add($"SummarizeAt {SummarizeAt}");
        if (SummarizeAtTokens is not null)
            parts.Add($"SummarizeAtTokens {SummarizeAtTokens}");
        if (Recall is not null)
            parts.Add($"Recall {Recall}");
        return parts.Count == 0 ? "nothing by itself" : string.Join(", ", parts.Select(FormattableString.Invariant));
    }

    /// <summary>Makes sure that the policy can be followed at all.</summary>
    /// <exception cref="QwenException">A number is out of its range, or two parts exclude each other.</exception>
    internal void Check()
    {
        if (KeepTurns < 0)
            throw Refuse($"-KeepTurns is {KeepTurns}; it is a number of turns from 0, which sends the new message alone.");
        if (SlackTurns < 0)
            throw Refuse($"-SlackTurns is {SlackTurns}; it is a number of turns from 0, which cuts with every turn.");
        if (SlackTurns is not null && KeepTurns is null)
            throw Refuse("-SlackTurns says how far a request may grow beyond -KeepTurns: give -KeepTurns too.");
        if (KeepVerbatim < 0)
            throw Refuse($"-KeepVerbatim is {KeepVerbatim}; it is a number of turns from 0.");
        if (SummarizeAt is { } share && !(share > 0 && share <= 1))
            throw Refuse(FormattableString.Invariant($"-SummarizeAt is {share}; it is a share of the model's window, above 0 to 1, such as 0.7."));
        if (SummarizeAtTokens <= 0)
            throw Refuse($"-SummarizeAtTokens is {SummarizeAtTokens}; it is a number of tokens above 0.");
        if (SummarizeAt is not null && SummarizeAtTokens is not null)
            throw Refuse("-SummarizeAt and -SummarizeAtTokens exclude each other: give a share of the window, or a number of tokens.");
        if (Recall <= 0)
            throw Refuse($"-Recall is {Recall}; it is a number of turns from 1. Leave it out to recall none.");
        if (Recall is null && (EmbeddingModel is not null || Store is not null))
            throw Refuse(
                $"-{(EmbeddingModel is not null ? "EmbeddingModel" : "Store")} says how turns are recalled: give -Recall too. A conversation is kept in a "
                    + "store by the -Store of New-QwenConversation or Set-QwenConversation.");
    }

    internal static QwenException Refuse(string message) => new(QwenErrorKind.InvalidRequest, message);
}
