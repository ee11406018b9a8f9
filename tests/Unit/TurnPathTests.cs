using System.Text;
using Xunit;

namespace QwenChat.Tests;

public class TurnPathTests
{
    private static QwenTurn Turn(int number) => new(number, [], 0);

    private static TurnPath Path(int count)
    {
        var path = new TurnPath();
        for (int i = 1; i <= count; i++)
            path = path.Append(Turn(i));
        return path;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(1000)]
    public void Turns_come_back_in_order(int count) =>
        Assert.Equal(Enumerable.Range(1, count), Path(count).From(0).Select(turn => turn.Number));

    [Fact]
    public void A_part_of_the_turns_begins_where_it_was_asked_to() =>
        Assert.Equal(Enumerable.Range(301, 300), Path(600).From(300).Select(turn => turn.Number));

    [Fact]
    public void A_branch_leaves_the_trunk_as_it_was()
    {
        var trunk = Path(300);
        var branch = trunk.Take(10).Append(Turn(-1));
        trunk = trunk.Append(Turn(301));
        Assert.Equal([.. Enumerable.Range(1, 10), -1], branch.From(0).Select(turn => turn.Number));
        Assert.Equal(Enumerable.Range(1, 301), trunk.From(0).Select(turn => turn.Number));
    }

    [Fact]
    public void Two_branches_from_the_same_tip_do_not_see_each_other()
    {
        var tip = Path(3);
        var a = tip.Append(Turn(41));
        var b = tip.Append(Turn(42));
        Assert.Equal([1, 2, 3, 41], a.From(0).Select(turn => turn.Number));
        Assert.Equal([1, 2, 3, 42], b.From(0).Select(turn => turn.Number));
        Assert.Equal(41, a.Last!.Number);
        Assert.Equal(42, b[3].Number);
    }

    [Fact]
    public void A_path_cut_at_a_block_border_grows_again()
    {
        var path = Path(512).Take(256).Append(Turn(-1));
        Assert.Equal(257, path.Count);
        Assert.Equal(-1, path.Last!.Number);
        Assert.Equal(256, path[255].Number);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 0)]
    [InlineData(256, 0)]
    [InlineData(600, 0)]
    [InlineData(600, 256)]
    [InlineData(600, 300)]
    public void Messages_are_the_items_that_are_no_thinking(int count, int first) => Check(Said(new TurnPath(), 1, count), first);

    [Fact]
    public void Messages_of_a_branch_are_its_own()
    {
        var trunk = Said(new TurnPath(), 1, 600);
        Check(trunk, 0);
        Check(Said(trunk.Take(300), 1000, 400), 0);
    }

    private static void Check(TurnPath path, int first)
    {
        string expected = string.Concat(path.From(first).SelectMany(turn => turn.Items).Where(item => item.Type != "reasoning").Select(item => "," + Encoding.UTF8.GetString(item.Json.Span)));
        Assert.Equal(expected, string.Concat(path.Messages(first).Select(piece => Encoding.UTF8.GetString(piece.Span))));
        Assert.Equal(expected.Length, path.MessagesLength(first));
    }

    private static TurnPath Said(TurnPath path, int from, int count)
    {
        for (int number = from; number < from + count; number++)
            path = path.Append(new QwenTurn(number, [Item($$"""{"q":{{number}}}"""), Item("{}", "reasoning"), Item($$"""{"a":{{number}}}""")], 1));
        return path;
    }

    private static QwenItem Item(string json, string type = "message") => new(Encoding.UTF8.GetBytes(json), null, type, null);
}
