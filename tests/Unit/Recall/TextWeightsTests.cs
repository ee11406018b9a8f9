using QwenChat.Recall;
using Xunit;

namespace QwenChat.Tests.Recall;

public class TextWeightsTests
{
    private static double[] Weights(AnswerKinds asked, params string[] texts)
    {
        var all = texts.Select((text, index) => new RecallText(index, 0, text)).ToArray();
        var weights = new TextWeights(all, asked);
        return all.Select(text => weights.Of(text.Index, text.Part)).ToArray();
    }

    [Fact]
    public void Texts_with_unique_terms_have_full_weight() => Assert.Equal([1.0, 1.0], Weights(AnswerKinds.None, "apple", "pear"));

    [Fact]
    public void Texts_with_common_content_have_less_weight()
    {
        double[] weights = Weights(AnswerKinds.None, [.. Enumerable.Repeat("talk tomorrow", 20), "Bello ate chocolate"]);
        Assert.InRange(weights[0], 0.4, 0.5);
        Assert.Equal(1, weights[^1]);
    }

    [Fact]
    public void Texts_with_the_requested_fact_have_more_weight() => Assert.Equal([1.25, 1.0], Weights(AnswerKinds.Number, "12 apples", "pears"));

    [Fact]
    public void Texts_without_terms_have_the_least_weight() => Assert.Equal(0.35, Weights(AnswerKinds.None, "?!")[0], 5);
}
