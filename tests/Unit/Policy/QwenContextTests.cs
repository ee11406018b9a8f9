using Xunit;

namespace QwenChat.Tests.Policy;

/// <summary>The text of a request's context.</summary>
public class QwenContextTests
{
    [Fact]
    public void AsAStringNamesWhatThereIs() => Assert.Equal(
        "2 turns verbatim, 3 omitted, about 1,990 tokens", new QwenContext { TurnsVerbatim = 2, TurnsLeftOut = 3, EstimatedTokens = 1990 }.ToString());

    [Fact]
    public void AsAStringSaysWhatTheServiceCuts() =>
        Assert.Equal("8 turns verbatim, 4 cut by the service", new QwenContext { TurnsVerbatim = 8, TurnsCut = 4 }.ToString());

    [Fact]
    public void AsAStringIsShortForAFirstTurn() => Assert.Equal("0 turns verbatim", new QwenContext().ToString());
}
