using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Policy;
using QwenChat.Tests.Storage;
using Xunit;

namespace QwenChat.Tests.Policy;

/// <summary>Tests that planning reads only the turns that are sent, however many are omitted. The tests count reads instead of measuring time.</summary>
public class TruncationBorderCostTests
{
    private const int Kept = 20;

    public static TheoryData<QwenContextPolicy, bool> Policies => new()
    {
        { new() { KeepTurns = Kept }, false },
        { new() { SummarizeAtTokens = 100_000 }, true },
        { new() { KeepTurns = Kept, SummarizeAtTokens = 100_000 }, true },
        { new() { KeepTurns = Kept, SummarizeAtTokens = 100_000 }, false },
        { new() { KeepTurns = Kept, SummarizeAtTokens = 1 }, true },
    };

    [Theory]
    [MemberData(nameof(Policies))]
    public void Planning_a_longer_conversation_reads_no_more_turns(QwenContextPolicy policy, bool hasSummary) =>
        // The number of reads may vary with the slack, because requests grow between two cuts.
        Assert.InRange(TurnsLookedAt(policy, 10_000, hasSummary), 0, TurnsLookedAt(policy, 1000, hasSummary) + (2 * policy.Slack));

    [Theory]
    [InlineData(null)]
    [InlineData(10L)]
    public void An_estimate_reads_no_omitted_turn(long? inputTokens)
    {
        // A turn caches its token count, which shows whether the turn was read.
        var path = PathOf(1000, new QwenUsage { InputTokens = inputTokens });
        var estimate = new TokenEstimate(QwenApi.ChatCompletions, path, sentWhole: false);
        estimate.OfRequest([Said.Item("user", "And then?")], "Be brief.", path.Count - Kept);
        Assert.InRange(path.From(0).Count(turn => turn.Counted is not null), 1, Kept + 1);
    }

    private static int TurnsLookedAt(QwenContextPolicy policy, int turns, bool hasSummary)
    {
        var path = PathOf(turns, new QwenUsage());
        int looked = 0;
        double Turn(QwenTurn turn)
        {
            looked++;
            return 20;
        }
        var budget = new ContextBudget(from => 20 * (path.Count - from), Turn, policy.SummarizeAtTokens, null);
        TruncationBorder.Make(policy, path, [Said.Item("user", "And then?")], hasSummary ? turns - 2 * Kept : 0, budget, maySummarize: true);
        return looked;
    }

    private static TurnPath PathOf(int turns, QwenUsage usage)
    {
        var path = new TurnPath();
        var items = Said.Turn("What then?").Items;
        for (int number = 1; number <= turns; number++)
            path = path.Append(new QwenTurn(number, items, 1) { Usage = usage });
        return path;
    }
}
