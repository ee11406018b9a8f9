using System.Diagnostics;
using System.Text;
using QwenChat.History;
using QwenChat.Model;
using QwenChat.Protocols;
using Xunit;

namespace QwenChat.Tests.History;

/// <summary>Tests that long transcripts are aligned with long item lists in little memory, and that the comparison can be stopped immediately.</summary>
public class ItemMatcherTests
{
    private static QwenItem Live(string id, string text) =>
        ItemReader.Read(Encoding.UTF8.GetBytes($$"""{"id":"{{id}}","type":"message","role":"user","content":[{"type":"input_text","text":"{{text}}"}]}"""));

    private static AlignedItem Local(string? id, string text, bool mayGoOn = false) => new(id, "message", "user", text, mayGoOn);

    private static QwenItem[] LiveOf(int count, string prefix) => Enumerable.Range(0, count).Select(i => Live($"{prefix}{i}", $"{prefix}{i}")).ToArray();

    private static AlignedItem[] LocalOf(int count, string prefix, bool ids) =>
        Enumerable.Range(0, count).Select(i => Local(ids ? $"{prefix}{i}" : null, $"{prefix}{i}")).ToArray();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Long_lists_with_different_ends_are_aligned_in_the_middle(bool ids)
    {
        // Old items have expired, other items were added on the service, and the transcript ends with items of a lost turn.
        AlignedItem[] local = [.. LocalOf(1500, "old", ids), .. LocalOf(2000, "same", ids), Local(null, "lost")];
        QwenItem[] live = [.. LiveOf(10, "first"), .. LiveOf(2000, "same"), .. LiveOf(1200, "new")];
        var alignment = ItemMatcher.Of(local, live);
        Assert.All(Enumerable.Range(0, 1500), i => Assert.Equal(-1, alignment.LiveOf(i)));
        Assert.All(Enumerable.Range(0, 2000), i => Assert.Equal(10 + i, alignment.LiveOf(1500 + i)));
        Assert.Equal(-1, alignment.LiveOf(3500));
    }

    [Fact]
    public void Repeated_text_does_not_override_known_ids()
    {
        AlignedItem[] local = [.. LocalOf(2000, "a", ids: true), Local(null, "again")];
        QwenItem[] live = [Live("x", "other"), Live("y", "again"), .. LiveOf(2000, "a"), Live("z", "end")];
        var alignment = ItemMatcher.Of(local, live);
        Assert.All(Enumerable.Range(0, 2000), i => Assert.Equal(i + 2, alignment.LiveOf(i)));
        Assert.Equal(-1, alignment.LiveOf(2000));
    }

    [Fact]
    public void A_stopped_answer_is_found_in_a_long_list_by_its_beginning()
    {
        AlignedItem[] local = [.. LocalOf(2000, "gone", ids: false), Local(null, "ask"), Local(null, "half of", mayGoOn: true)];
        QwenItem[] live = [.. LiveOf(2000, "b"), Live("q", "ask"), Live("m", "half of an answer")];
        Assert.Equal(2001, ItemMatcher.Of(local, live).LiveOf(2001));
    }

    [Fact]
    public void Aligning_twenty_thousand_different_items_needs_no_quadratic_table()
    {
        var local = LocalOf(20_000, "a", ids: false);
        var live = LiveOf(20_000, "b");
        long before = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        var alignment = ItemMatcher.Of(local, live);
        Assert.All(Enumerable.Range(0, 20_000), i => Assert.Equal(-1, alignment.LiveOf(i)));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000_000);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 5);
    }

    [Theory]
    [InlineData(900)]
    [InlineData(5000)]
    public void A_stop_ends_the_comparison(int count) => Assert.ThrowsAny<OperationCanceledException>(() =>
        ItemMatcher.Of(LocalOf(count, "a", ids: false), LiveOf(count, "b"), new CancellationToken(canceled: true)));

    [Fact]
    public void Items_whose_ids_are_known_for_certain_are_matched_only_by_id()
    {
        AlignedItem[] local = [Local("a1", "again") with { IsCertain = true }, Local("a2", "again") with { IsCertain = true }, Local(null, "new")];
        QwenItem[] live = [Live("a2", "again"), Live("a3", "new"), Live("a4", "again")];
        var alignment = ItemMatcher.Of(local, live);
        Assert.Equal([-1, 0, 1], Enumerable.Range(0, 3).Select(alignment.LiveOf));
    }

    [Fact]
    public void Items_in_a_different_order_are_still_found_by_their_ids()
    {
        var alignment = ItemMatcher.Of([Local("a", "1"), Local("b", "2"), Local(null, "3"), Local("c", "4")],
            [Live("b", "2"), Live("a", "1"), Live("x", "3"), Live("c", "4")]);
        Assert.Equal([1, 0, 2, 3], Enumerable.Range(0, 4).Select(alignment.LiveOf));
    }

    [Fact]
    public void Items_of_an_open_request_are_not_matched_to_the_transcript()
    {
        QwenItem[] live = [Live("a", "yes"), Live("b", "no"), Live("c", "yes")];
        AlignedItem[] local = [Local(null, "yes"), Local(null, "no")];
        AlignedItem open = new(null, "", null, "", false) { Mark = WriteIntent.MarkOf(live[2]) };
        Assert.Equal([0, 1], Enumerable.Range(0, 2).Select(ItemMatcher.Of([.. local, open], live).LiveOf));
        Assert.Equal([0, 1], Enumerable.Range(0, 2)
            .Select(ItemMatcher.Of([Local(null, "yes") with { LiveEnd = 2 }, Local(null, "no") with { LiveEnd = 2 }], live).LiveOf));
    }

    [Fact]
    public void A_stopped_answer_is_found_without_its_question_if_only_one_item_matches()
    {
        AlignedItem[] local = [Local(null, "gone"), Local(null, "a", mayGoOn: true)];
        Assert.Equal(1, ItemMatcher.Of(local, [Live("x", "other"), Live("y", "and so on")]).LiveOf(1));
        Assert.Equal(-1, ItemMatcher.Of(local, [Live("x", "another"), Live("y", "and so on")]).LiveOf(1));
    }
}
