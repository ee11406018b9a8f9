using Xunit;

namespace QwenChat.Tests.Policy;

/// <summary>Tests the text form of a request's context.</summary>
public class QwenContextTests
{
    [Fact]
    public void The_text_names_all_counts_that_are_set() => Assert.Equal(
        "2 turns verbatim, 3 omitted, about 1,990 tokens", new QwenContext { TurnsVerbatim = 2, TurnsLeftOut = 3, EstimatedTokens = 1990 }.ToString());

    [Fact]
    public void The_text_names_the_turns_cut_by_the_service() =>
        Assert.Equal("8 turns verbatim, 4 cut by the service", new QwenContext { TurnsVerbatim = 8, TurnsCut = 4 }.ToString());

    [Fact]
    public void The_text_is_short_for_a_first_turn() => Assert.Equal("0 turns verbatim", new QwenContext().ToString());
}
