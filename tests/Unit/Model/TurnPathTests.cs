using System.Text;
using QwenChat.Model;
using Xunit;

namespace QwenChat.Tests.Model;

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
    public void Turns_are_returned_in_order(int count) =>
        Assert.Equal(Enumerable.Range(1, count), Path(count).From(0).Select(turn => turn.Number));

    [Fact]
    public void From_omits_the_specified_number_of_turns() =>
        Assert.Equal(Enumerable.Range(301, 300), Path(600).From(300).Select(turn => turn.Number));

    [Fact]
    public void A_branch_does_not_change_the_trunk()
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
    public void A_path_cut_at_a_block_boundary_can_grow_again()
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
    public void Messages_exclude_thinking(int count, int first) => Check(Said(new TurnPath(), 1, count), first);

    [Fact]
    public void A_branch_has_its_own_messages()
    {
        var trunk = Said(new TurnPath(), 1, 600);
        Check(trunk, 0);
        Check(Said(trunk.Take(300), 1000, 400), 0);
    }

    [Fact]
    public void Messages_do_not_change_while_a_conversation_grows()
    {
        var path = new TurnPath();
        var before = new List<(TurnPath Path, List<ReadOnlyMemory<byte>> Pieces, string Text)>();
        for (int number = 1; number <= 300; number++)
        {
            path = Said(path, number, 1);
            var pieces = new List<ReadOnlyMemory<byte>>();
            path.AddMessages(pieces, 0);
            before.Add((path, pieces, Text(pieces)));
        }
        // Earlier lists must stay valid after their items have been moved to a new array.
        Assert.All(before, one => Assert.Equal(one.Text, Text(one.Pieces)));
        Assert.All(before, one => Check(one.Path, 0));
    }

    [Fact]
    public void The_messages_of_a_full_block_are_contiguous()
    {
        var pieces = new List<ReadOnlyMemory<byte>>();
        Said(new TurnPath(), 1, 512).AddMessages(pieces, 0);
        Assert.Equal(2, pieces.Count);
    }

    [Fact]
    public void Large_messages_and_files_are_not_copied()
    {
        var path = Said(new TurnPath(), 1, 3);
        var large = Item($$"""{"q":"{{new string('x', 40_000)}}"}""");
        string address = "data:image/png;base64," + Convert.ToBase64String(new byte[30_000]);
        var file = Item($$$"""{"role":"user","content":[{"type":"image_url","image_url":{"url":"{{{address}}}"}}]}""");
        Assert.False(file.IsOnePiece);
        var json = large.Json;
        path = Said(path.Append(new QwenTurn(4, [file, large], 1)), 5, 2);
        Check(path, 0);
        Check(path, 3);
        Check(path.Take(4), 3);
        Check(Said(path, 7, 300), 0);
        Assert.True(json.Equals(large.Json));
    }

    [Fact]
    public void A_message_in_two_conversations_is_correct_in_both()
    {
        var path = Said(new TurnPath(), 1, 20);
        var other = new TurnPath();
        foreach (var turn in path.From(0).Reverse())
            other = other.Append(turn);
        for (int i = 0; i < 3; i++)
        {
            Check(path, 0);
            Check(other, 0);
            path = Said(path, 100, 20);
            other = Said(other, 200, 20);
        }
    }

    [Fact]
    public async Task Messages_can_be_read_concurrently_while_they_grow()
    {
        var trunk = Said(new TurnPath(), 1, 40);
        await Task.WhenAll(Enumerable.Range(1, 4).Select(reader => Task.Run(() =>
        {
            var path = trunk.Take(10 * reader);
            for (int number = 0; number < 120; number++)
            {
                path = Said(path, 1000 * reader + number, 1);
                Check(path, number % 7);
            }
        })));
    }

    private static string Text(List<ReadOnlyMemory<byte>> pieces) => string.Concat(pieces.Select(piece => Encoding.UTF8.GetString(piece.Span)));

    private static void Check(TurnPath path, int first)
    {
        string expected = string.Concat(path.From(first).SelectMany(turn => turn.Items).Where(item => item.Type != "reasoning")
            .Select(item => "," + Encoding.UTF8.GetString(item.Json.Span)));
        var pieces = new List<ReadOnlyMemory<byte>>();
        Assert.Equal(expected.Length, path.AddMessages(pieces, first));
        Assert.Equal(expected, Text(pieces));
    }

    private static TurnPath Said(TurnPath path, int from, int count)
    {
        for (int number = from; number < from + count; number++)
            path = path.Append(new QwenTurn(number, [Item($$"""{"q":{{number}}}"""), Item("{}", "reasoning"), Item($$"""{"a":{{number}}}""")], 1));
        return path;
    }

    private static QwenItem Item(string json, string type = "message") => new(Encoding.UTF8.GetBytes(json), null, type, null);
}
