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
}
