using QwenChat.Cost;
using Xunit;

namespace QwenChat.Tests.Cost;

/// <summary>Tests the sums of usage and cost.</summary>
public class LedgerTests
{
    private static readonly string[] Models = ["qwen3-max", "qwen-plus", "qwen3.6-plus", "no-price"];
    private static readonly QwenConnection Beijing = new() { BaseUri = new Uri("https://dashscope.aliyuncs.com"), RegionKind = QwenRegion.Beijing };

    private static QwenTurn Turn(int number, string model, QwenUsage? usage) =>
        new(number, [], 0) { Usage = usage, Terms = new BillingTerms(model, QwenRegion.Beijing, false), EstimatedUsage = usage is null
        ? new QwenUsage { InputTokens = 10, OutputTokens = 5 } : null };

    private static QwenConversation Conversation(params QwenTurn[] turns)
    {
        var conversation = new QwenConversation(QwenApi.ChatCompletions, Beijing, new QwenOptions { Model = "qwen3-max" }) { Name = "c" };
        foreach (var turn in turns)
            conversation.Append(turn, 0);
        return conversation;
    }

    private static QwenUsage Usage(long input, long output, long? cached = null) =>
        new() { InputTokens = input, OutputTokens = output, TotalTokens = input + output, CachedTokens = cached };

    [Fact]
    public void The_sum_of_the_turns_is_the_total()
    {
        var random = new Random(42);
        for (int round = 0; round < 50; round++)
        {
            var turns = Enumerable.Range(1, random.Next(1, 40)).Select(i => Turn(i, Models[random.Next(Models.Length)],
                random.Next(8) == 0 ? null : Usage(random.Next(1, 300_000), random.Next(0, 5_000), random.Next(2) == 0 ? null : random.Next(1_000)))).ToArray();
            var measures = ConversationMeasure.Of(Conversation(turns));
            Assert.Equal(turns.Length, measures.Sum(measure => measure.Turns));
            Assert.Equal(turns.Sum(turn => turn.Usage?.InputTokens ?? 0), measures.Sum(measure => measure.InputTokens ?? 0));
            Assert.Equal(turns.Sum(turn => turn.Usage?.CachedTokens ?? 0), measures.Sum(measure => measure.CachedTokens ?? 0));
            Assert.Equal(turns.Sum(turn => Pricing.Of(turn, Beijing)?.Amount ?? 0), measures.Sum(measure => measure.Cost ?? 0));
            var total = ConversationMeasure.Total(measures);
            Assert.Equal(measures.Select(measure => measure.Currency).Distinct().Count(), total.Count);
            Assert.Equal(measures.Sum(measure => measure.Cost ?? 0), total.Sum(measure => measure.Cost ?? 0));
        }
    }

    [Fact]
    public void Each_model_has_a_line()
    {
        var measures = ConversationMeasure.Of(
            Conversation(Turn(1, "qwen3-max", Usage(1_000, 100, 500)), Turn(2, "qwen-plus", Usage(2_000, 100)),
                Turn(3, "qwen3-max", Usage(3_000, 100, 1_500))));
        Assert.Equal([("qwen3-max", 2, (long?)4_000L, (double?)0.5), ("qwen-plus", 1, 2_000L, null)],
            measures.Select(measure => (measure.Model!, measure.Turns, measure.InputTokens, measure.CacheHitShare)));
        Assert.Equal(3_100 / 262_144.0, measures[0].WindowShare);
    }

    [Fact]
    public void A_turn_without_usage_is_counted_and_its_tokens_are_unknown()
    {
        var measure = Assert.Single(ConversationMeasure.Of(Conversation(Turn(1, "qwen3-max", null))));
        Assert.Equal((1, 1, null, null), (measure.Turns, measure.TurnsWithoutUsage, measure.InputTokens, measure.Cost));
        Assert.Equal("CNY", measure.Currency);
    }

    [Fact]
    public void A_conversation_without_turns_has_a_line() =>
        Assert.Equal(("qwen3-max", 0, null), ConversationMeasure.Of(Conversation()).Select(measure => (measure.Model!, measure.Turns, measure.InputTokens))
        .Single());

    [Fact]
    public void Costs_in_different_currencies_are_not_added()
    {
        QwenMeasure Of(string currency, decimal cost) => new() { Conversation = currency, Turns = 1, Currency = currency, Cost = cost };
        Assert.Equal([("CNY", 3m), ("USD", 4m)], ConversationMeasure.Total([Of("CNY", 1), Of("USD", 4), Of("CNY", 2)])
            .Select(total => (total.Currency!, total.Cost!.Value)));
    }

    [Fact]
    public void Spending_remains_after_an_undo()
    {
        var conversation = Conversation(Turn(1, "qwen3-max", Usage(1_000, 10)), Turn(2, "qwen3-max", Usage(2_000, 10)));
        conversation.MoveTo(conversation.Path.Take(1));
        Assert.Equal(3_000, conversation.Usage!.InputTokens);
        Assert.Equal(1_000, ConversationMeasure.Of(conversation).Single().InputTokens);
    }

    [Fact]
    public void A_branch_counts_the_turns_it_shares()
    {
        var conversation = Conversation(Turn(1, "qwen3-max", Usage(1_000, 10)), Turn(2, "qwen3-max", Usage(2_000, 10)));
        var branch = conversation.Branch(conversation.Path.Take(1));
        branch.Append(Turn(2, "qwen3-max", Usage(500, 10)), 0);
        Assert.Equal(1_500, branch.Usage!.InputTokens);
        Assert.Equal(3_000, conversation.Usage!.InputTokens);
    }

    [Fact]
    public void The_total_includes_summaries_and_embeddings()
    {
        var conversation = Conversation(Turn(1, "qwen3-max", Usage(1_000, 10)));
        conversation.Ledger.Add(
            LedgerEntry.OfCall(new QwenUsage { InputTokens = 500, TotalTokens = 500 }, new BillingTerms("text-embedding-v4", QwenRegion.Beijing, false),
                CallPurpose.Embeddings));
        Assert.Equal(1_500, conversation.Usage!.InputTokens);
        Assert.Equal(1_510, conversation.Ledger.Tokens);
        Assert.Equal(0, conversation.Ledger.Lines.Single(line => line.Model == "text-embedding-v4").Turns);
        var measures = ConversationMeasure.Of(conversation);
        Assert.Equal([("Turns", "qwen3-max", 1, 0, 1_000L), ("Embeddings", "text-embedding-v4", 0, 1, 500L)],
            measures.Select(measure => (measure.Purpose!, measure.Model!, measure.Turns, measure.Calls, measure.InputTokens!.Value)));
        var total = Assert.Single(ConversationMeasure.Total(measures));
        Assert.Equal((null, 1, 1, 1_500L), (total.Purpose, total.Turns, total.Calls, total.InputTokens!.Value));
        Assert.Equal(measures[0].Cost + measures[1].Cost, total.Cost);
    }

    [Fact]
    public void Calls_to_the_turns_model_have_their_own_line()
    {
        var conversation = Conversation(Turn(1, "qwen3-max", Usage(1_000, 10)));
        for (int i = 0; i < 2; i++)
            conversation.Ledger.Add(LedgerEntry.OfCall(Usage(300, 20), new BillingTerms("qwen3-max", QwenRegion.Beijing, false), CallPurpose.Summaries));
        Assert.Equal([("Turns", 1, 0, 1_000L), ("Summaries", 0, 2, 600L)],
            ConversationMeasure.Of(conversation).Select(measure => (measure.Purpose!, measure.Turns, measure.Calls, measure.InputTokens!.Value)));
    }

    [Fact]
    public void Concurrent_entries_of_a_ledger_add_up()
    {
        var ledger = new Ledger();
        var entry = LedgerEntry.OfTurn(Turn(1, "qwen3-max", Usage(100, 10)), Beijing);
        Parallel.For(0, 1_000, _ => ledger.Add(entry));
        Assert.Equal(110_000, ledger.Tokens);
        Assert.Equal(1_000, ledger.Lines.Single().Turns);
    }
}
