using QwenChat.Text;
using Xunit;

namespace QwenChat.Tests.Text;

public class QuantityTests
{
    [Theory]
    [InlineData(0, "0 turns", "0 turns are")]
    [InlineData(1, "1 turn", "1 turn is")]
    [InlineData(2, "2 turns", "2 turns are")]
    [InlineData(1_234, "1,234 turns", "1,234 turns are")]
    public void Only_a_count_of_one_is_singular(long count, string noun, string verb)
    {
        Assert.Equal(noun, Quantity.Of(count, "turn"));
        Assert.Equal(verb, Quantity.Are(count, "turn"));
    }

    [Theory]
    [InlineData(3, 3, "turn 3")]
    [InlineData(3, 5, "turns 3 to 5")]
    public void A_range_of_one_turn_is_singular(int first, int last, string expected) => Assert.Equal(expected, Quantity.Range("turn", first, last));

    [Theory]
    [InlineData("", "", "")]
    [InlineData("a", "a", " Tools: a.")]
    [InlineData("a b", "a and b", " Tools: a, b.")]
    [InlineData("a b c", "a, b and c", " Tools: a, b, c.")]
    public void A_list_ends_with_a_conjunction_and_an_empty_list_has_no_text(string words, string list, string sentence)
    {
        string[] all = words.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(list, Listing.And(all));
        Assert.Equal(sentence, Listing.Sentence("Tools", all));
    }
}
