using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Policy;
using QwenChat.Protocols;
using QwenChat.Recall;
using Xunit;

namespace QwenChat.Tests.Policy;

/// <summary>Checks rules that apply to every history and policy. FsCheck generates histories and policies, and shrinks counterexamples.</summary>
public class TruncationBorderProperties
{
    private const string Instructions = "You are a guide.";
    private static readonly IChatProtocol s_protocol = ChatProtocol.For(QwenApi.ChatCompletions, "m");

    /// <summary>A turn with the specified number of words. If the turn ends with a call, the next turn begins with the result.</summary>
    private sealed record Said(int Words, bool Calls);

    private sealed record Case(Said[] Turns, int? KeepTurns, int Slack, int? SummarizeAt, int KeepVerbatim, int Covered, int? AtMost, int MessageWords,
        bool MaySummarize, int Recall, int? Room)
    {
        public QwenContextPolicy Policy => new()
        {
            KeepTurns = KeepTurns,
            SlackTurns = KeepTurns is null ? null : Slack,
            SummarizeAtTokens = SummarizeAt,
            KeepVerbatim = KeepVerbatim,
        };

        public TurnPath Path { get; } = PathOf(Turns);

        public IReadOnlyList<QwenItem> Input => ItemsOf(Turns.Length > 0 && Turns[^1].Calls, Turns.Length, MessageWords);

        /// <summary>The number of turns that -KeepTurns omits. With a slack, this number increases in steps.</summary>
        public int LeftOut => KeepTurns is { } keep && Turns.Length > keep ? (Turns.Length - keep) / (Slack + 1) * (Slack + 1) : 0;

        /// <summary>The last turn that an earlier summary covers. The summary does not separate a call from its result.</summary>
        public int Summarized => SummarizeAt is null ? 0 : CallPairs.AtOrBefore(Path, Input, Covered % (Turns.Length + 1));
    }

    private static Arbitrary<Case> Cases =>
        (from turns in Gen.ArrayOf(
        from words in Gen.Choose(0, 300) from calls in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true))) select new Said(words, calls))
         from keep in Perhaps(0, 12)
         from slack in Gen.Choose(0, 4)
         from at in Perhaps(1, 4000)
         from verbatim in Gen.Choose(0, 5)
         from covered in Gen.Choose(0, 100)
         from most in Perhaps(1, 4000)
         from message in Gen.Choose(0, 200)
         from may in Gen.Elements(true, false)
         from recall in Gen.Choose(0, 6)
         from room in Perhaps(1, 2000)
         select new Case(turns, keep, slack, at, verbatim, covered, most, message, may, recall, room)).ToArbitrary();

    private static Gen<int?> Perhaps(int least, int most) =>
        Gen.Frequency((1, Gen.Constant((int?)null)), (3, Gen.Choose(least, most).Select(number => (int?)number)));

    private static void Holds(Action<Case, TruncationBorder, ContextBudget> check) => Prop.ForAll(Cases, one =>
    {
        var (plan, budget) = PlanOf(one);
        check(one, plan, budget);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500).WithQuietOnSuccess(true));

    private static (TruncationBorder Plan, ContextBudget Budget) PlanOf(Case one)
    {
        var estimate = new TokenEstimate(QwenApi.ChatCompletions, one.Path);
        var budget = new ContextBudget(from => estimate.OfRequest(one.Input, Instructions, from), turn => estimate.OfTurn(turn), one.SummarizeAt, one.AtMost);
        return (TruncationBorder.Make(one.Policy, one.Path, one.Input, one.Summarized, budget, one.MaySummarize), budget);
    }

    [Fact]
    public void No_call_is_separated_from_its_result() => Holds((one, plan, _) =>
    {
        Assert.Equal(plan.First, CallPairs.AtOrBefore(one.Path, one.Input, plan.First));
        Assert.Equal(plan.SummarizeThrough, CallPairs.AtOrBefore(one.Path, one.Input, plan.SummarizeThrough));
    });

    [Fact]
    public void The_request_is_instructions_then_turns_then_recalled_turns_then_the_newest_message() => Holds((one, plan, _) =>
    {
        var recalled = RecalledBy(one, plan);
        var message = recalled is null ? [] : s_protocol.WriteMessage(MessageDraft.OfText("user", recalled.Text), default);
        var body = s_protocol.WriteRequest(new ChatRequest
        {
            Model = "m",
            Options = new QwenOptions(),
            Instructions = Instructions,
            History = new HistorySlice(one.Path, plan.First),
            Input = one.Input,
            Recalled = RequestItems.NewestMessage(one.Input) < 0 ? [] : message,
        });
        using var json = JsonDocument.Parse(body.ToArray());
        var messages = json.RootElement.GetProperty("messages").EnumerateArray().Select(message => message.GetRawText()).ToArray();
        using var first = JsonDocument.Parse(messages[0]);
        Assert.Equal(("system", Instructions), (first.RootElement.GetProperty("role").GetString(), first.RootElement.GetProperty("content").GetString()));
        var expected = one.Path.From(plan.First).SelectMany(turn => turn.Items).Concat(RequestItems.NewestMessage(one.Input) < 0 ? [] : message)
            .Concat(one.Input).Select(item => System.Text.Encoding.UTF8.GetString(item.Json.Span));
        Assert.Equal(expected, messages.Skip(1));
    });

    [Fact]
    public void The_limit_on_the_number_of_turns_is_respected() => Holds((one, plan, _) =>
    {
        // If the policy summarizes turns but no summary can be written, no turn is omitted.
        bool keepsAll = one.SummarizeAt is not null && !one.MaySummarize;
        int wanted = keepsAll ? 0 : one.LeftOut;
        int border = keepsAll ? one.Summarized : Math.Max(one.Summarized, CallPairs.AtOrBefore(one.Path, one.Input, wanted));
        Assert.True(plan.First >= border, "More turns are sent than the policy keeps.");
        if (one.AtMost is null && plan.SummarizeThrough == 0)
            Assert.Equal(border, plan.First);
    });

    [Fact]
    public void The_budget_is_respected_or_only_the_kept_turns_are_left() => Holds((one, plan, budget) =>
    {
        if (one.SummarizeAt is { } at && one.MaySummarize)
        {
            int verbatim = Math.Min(one.KeepVerbatim, one.KeepTurns ?? int.MaxValue);
            int spared = CallPairs.AtOrBefore(one.Path, one.Input, Math.Max(0, one.Turns.Length - verbatim));
            double replaced = one.Path.Take(plan.First).From(one.Summarized).Sum(budget.Turn);
            double tokens = budget.Request(plan.First) + (plan.SummarizeThrough > 0 ? budget.Summary(replaced) : 0);
            // The token count of each turn is rounded up, so the sum may be up to one token per turn too high.
            Assert.True(tokens <= at + one.Turns.Length || plan.First >= spared, $"{tokens} tokens instead of at most {at}");
        }
        if (one.AtMost is { } most)
            Assert.True(budget.Request(plan.First) <= most + one.Turns.Length
                || CallPairs.AtOrBefore(one.Path, one.Input, one.Turns.Length) <= plan.First);
    });

    [Fact]
    public void Verbatim_turns_are_never_summarized() => Holds((one, plan, _) =>
    {
        int spared = Math.Max(0, one.Turns.Length - Math.Min(one.KeepVerbatim, one.KeepTurns ?? int.MaxValue));
        Assert.True(plan.SummarizeThrough <= spared);
        Assert.True(plan.SummarizeThrough == 0 || plan.SummarizeThrough > one.Summarized);
        Assert.True(plan.SummarizeThrough == 0 || (one.SummarizeAt is not null && one.MaySummarize));
        Assert.True(plan.SummarizeThrough <= plan.First, "A turn is both summarized and sent.");
    });

    [Fact]
    public void At_least_the_older_half_by_tokens_is_summarized() => Holds((one, plan, budget) =>
    {
        int kept = Math.Max(one.Summarized, CallPairs.AtOrBefore(one.Path, one.Input, one.LeftOut));
        int spared = CallPairs.AtOrBefore(one.Path, one.Input, Math.Max(0, one.Turns.Length - Math.Min(one.KeepVerbatim, one.KeepTurns ?? int.MaxValue)));
        if (!one.MaySummarize || one.SummarizeAt is null || budget.Request(kept) <= one.SummarizeAt || spared <= kept)
            return;
        double all = one.Path.From(kept).Sum(budget.Turn), taken = one.Path.Take(plan.SummarizeThrough).From(kept).Sum(budget.Turn);
        Assert.True(taken >= all / 2 || plan.SummarizeThrough == spared);
    });

    [Fact]
    public void Only_whole_turns_outside_the_request_are_recalled() => Holds((one, plan, _) =>
    {
        var turns = RecalledBy(one, plan)?.Turns ?? [];
        Assert.All(turns, turn => Assert.InRange(turn.Turn, 1, plan.First));
        Assert.Equal(turns.Select(turn => turn.Turn).Distinct().Order(), turns.Select(turn => turn.Turn));
        Assert.All(turns, turn => Assert.Contains(turn.Text, TurnParts.Of(one.Path[turn.Turn - 1]).Texts));
        // A turn with a call is recalled together with its result.
        Assert.All(turns.Where(turn => one.Turns[turn.Turn - 1].Calls && turn.Turn < plan.First),
            turn => Assert.Contains(turns, other => other.Turn == turn.Turn + 1));
        Assert.All(turns.Where(turn => turn.Turn > 1 && one.Turns[turn.Turn - 2].Calls), turn => Assert.Contains(turns, other => other.Turn == turn.Turn - 1));
    });

    [Fact]
    public void Recalled_turns_exceed_neither_the_available_tokens_nor_the_limit() => Holds((one, plan, _) =>
    {
        if (RecalledBy(one, plan) is not { } recalled)
            return;
        // The limit Room does not count the lines between recalled turns.
        Assert.True(TokenCount.OfText(recalled.Text) <= (one.Room ?? double.MaxValue) + one.Turns.Length + 2);
        var calls = one.Turns.Select(turn => turn.Calls ? 1 : 0).ToArray();
        int alone = recalled.Turns.Count(turn => turn.Turn == 1 || calls[turn.Turn - 2] == 0);
        Assert.True(alone <= one.Recall, $"{alone} turns were recalled; the limit is {one.Recall}");
    });

    [Fact]
    public void The_transcript_is_unchanged() => Holds((one, plan, _) =>
    {
        var before = PathOf(one.Turns);
        RecalledBy(one, plan);
        Assert.Equal(before.From(0).Select(Text), one.Path.From(0).Select(Text));
        Assert.InRange(plan.First, 0, one.Path.Count);

        static string Text(QwenTurn turn) => string.Join('|', turn.Items.Select(item => System.Text.Encoding.UTF8.GetString(item.Json.Span)));
    });

    /// <summary>Returns the turns outside the request that share words with the newest message.</summary>
    private static RecalledText? RecalledBy(Case one, TruncationBorder plan)
    {
        string message = one.Input.Count == 0 ? "" : one.Input[^1].Text;
        var texts = one.Path.Take(plan.First).From(0).SelectMany(turn => TurnParts.Of(turn).Ranked).ToArray();
        var hits = WordRanking.Rank(texts, RecallQuery.Of(message + " word", "")!).DistinctBy(hit => hit.Index).Take(one.Recall).ToArray();
        return RecalledText.Make(one.Path, plan.First, new RecallResult(hits), s_protocol, text => TokenCount.OfText(text), one.Room
            ?? double.MaxValue);
    }

    private static TurnPath PathOf(Said[] turns)
    {
        var path = new TurnPath();
        for (int i = 0; i < turns.Length; i++)
        {
            var input = ItemsOf(i > 0 && turns[i - 1].Calls, i, turns[i].Words);
            var answer = new MessageDraft("assistant", [DraftPart.OfText(Words(turns[i].Words, "a" + i))]) { ToolCalls = turns[i].Calls
                ? [new QwenToolCall($"call_{i}", "look", "{}")] : [] };
            path = path.Append(new QwenTurn(i + 1, [.. input, .. s_protocol.WriteMessage(answer, DateTimeOffset.UnixEpoch)], input.Count));
        }
        return path;
    }

    private static IReadOnlyList<QwenItem> ItemsOf(bool answersCall, int index, int words)
    {
        var draft = answersCall
            ? new MessageDraft("tool", [DraftPart.OfText(Words(words, "r" + index))]) { ToolCallId = $"call_{index - 1}" }
            : MessageDraft.OfText("user", Words(words, "u" + index));
        return s_protocol.WriteMessage(draft, DateTimeOffset.UnixEpoch);
    }

    private static string Words(int count, string first) => first + string.Concat(Enumerable.Repeat(" word", count));
}
