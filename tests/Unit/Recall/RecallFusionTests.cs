using QwenChat.Recall;
using Xunit;

namespace QwenChat.Tests.Recall;

public class RecallFusionTests
{
    private static IReadOnlyList<RecallHit> Fuse(RecallText[] texts, RecallHit[] words, RecallHit[] meaning, int count) =>
        RecallFusion.Fuse(texts, AnswerKinds.None, words, meaning, count, _ => false);

    private static RecallText[] Texts(params string[] texts) => texts.Select((text, index) => new RecallText(index, 0, text)).ToArray();

    private static RecallHit Words(int index, double score, int part = 0) => new(index, part, score, QwenSearchMode.Words);

    private static RecallHit Meaning(int index, double score, int part = 0) => new(index, part, score, QwenSearchMode.Meaning);

    [Fact]
    public void A_hit_in_both_lists_ranks_above_a_hit_in_only_one_list()
    {
        var hits = Fuse(Texts("one", "two", "three"), [Words(0, 5), Words(1, 4)], [Meaning(2, 0.9), Meaning(1, 0.8)], 3);
        Assert.Equal([Meaning(1, 0.8), Meaning(2, 0.9), Words(0, 5)], hits);
    }

    [Fact]
    public void Hits_far_below_the_best_hit_are_omitted() =>
        Assert.Equal([Words(0, 10)], Fuse(Texts("one", "two"), [Words(0, 10), Words(1, 1)], [], 5));

    [Fact]
    public void Hits_of_average_similarity_are_omitted()
    {
        // With some models, the vectors of all texts are close to each other.
        var texts = Texts([.. Enumerable.Range(0, 20).Select(i => "word" + i)]);
        var meaning = texts.Select(text => Meaning(text.Index, text.Index == 0 ? 0.8 : 0.6 - text.Index / 1000.0)).ToArray();
        Assert.Equal([meaning[0]], Fuse(texts, [], meaning, 5));
    }

    [Fact]
    public void Hits_of_low_similarity_are_omitted() => Assert.Empty(Fuse(Texts("one", "two"), [], [Meaning(0, 0.05), Meaning(1, 0.04)], 5));

    [Fact]
    public void A_clear_hit_in_one_list_ranks_above_weak_hits_in_both_lists()
    {
        var hits = Fuse(Texts("one", "two"), [Words(0, 9), Words(1, 3.3)], [Meaning(0, 0.3), Meaning(1, 0.2)], 1);
        Assert.Equal([Meaning(0, 0.3)], hits);
    }

    [Fact]
    public void Texts_that_repeat_common_content_rank_below_other_texts()
    {
        var texts = Texts([.. Enumerable.Repeat("Let us talk tomorrow", 9), "Bello ate chocolate"]);
        Assert.Equal([Words(9, 4)], Fuse(texts, [Words(0, 5), Words(9, 4)], [], 1));
    }

    [Fact]
    public void Texts_with_the_requested_kind_of_fact_rank_above_other_texts()
    {
        RecallHit[] words = [Words(1, 4.5), Words(0, 4)];
        Assert.Equal([Words(0, 4), Words(1, 4.5)], RecallFusion.Fuse(Texts("it costs 12", "it is dear"), AnswerKinds.Number, words, [], 5, _ => false));
    }

    [Fact]
    public void Turns_that_the_model_reads_are_omitted_but_still_exclude_weak_hits()
    {
        RecallHit[] words = [Words(0, 10), Words(1, 8), Words(2, 1)];
        Assert.Equal([Words(1, 8)], RecallFusion.Fuse(Texts("one", "two", "three"), AnswerKinds.None, words, [], 1, index => index == 0));
        Assert.Empty(RecallFusion.Fuse(Texts("one", "two", "three"), AnswerKinds.None, words, [], 5, index => index < 2));
    }

    [Fact]
    public void Near_duplicates_of_a_better_hit_are_omitted()
    {
        var texts = Texts("Friends ask me about the garden", "Friends ask me about the kitchen", "Tulips grow there");
        Assert.Equal([Words(1, 3), Words(2, 2.5)], Fuse(texts, [Words(1, 3), Words(0, 2.9), Words(2, 2.5)], [], 5));
    }

    [Fact]
    public void A_turn_is_recalled_once()
    {
        RecallText[] texts = [new(0, 0, "apples"), new(0, 1, "pears"), new(1, 0, "plums")];
        Assert.Equal([Words(0, 3, 1), Words(1, 2)], Fuse(texts, [Words(0, 3, 1), Words(0, 2.5), Words(1, 2)], [], 5));
    }

    [Fact]
    public void The_number_of_hits_is_limited() => Assert.Single(Fuse(Texts("one", "two"), [Words(0, 2), Words(1, 2)], [], 1));

    [Fact]
    public void Without_candidates_there_are_no_hits() => Assert.Empty(Fuse([], [], [], 5));
}
