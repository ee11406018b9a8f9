using QwenChat.Recall;
using Xunit;

namespace QwenChat.Tests.Recall;

public class AnswerPatternsTests
{
    [Theory]
    [InlineData("How much is the ticket?", "Number")]
    [InlineData("What does the ticket cost?", "Number")]
    [InlineData("票要多少钱？", "Number")]
    [InlineData("When does the shop open?", "Time")]
    [InlineData("店什么时候开？", "Time")]
    [InlineData("Who repairs it?", "Name")]
    [InlineData("是谁修的？", "Name")]
    [InlineData("Why is it broken?", "Reason")]
    [InlineData("为什么坏了？", "Reason")]
    [InlineData("几点开始？", "Number, Time")]
    [InlineData("Is it broken?", "None")]
    [InlineData("The shop is open.", "None")]
    public void Questions_ask_for_kinds_of_facts(string message, string asked) => Assert.Equal(asked, AnswerPatterns.AskedBy(message).ToString());

    [Theory]
    [InlineData("it weighs 12 kg", "Number")]
    [InlineData("it weighs twelve kilos", "Number")]
    [InlineData("重三斤", "Number")]
    [InlineData("it opens on fridays", "Time")]
    [InlineData("周六开", "Time")]
    [InlineData("It was repaired by Mr. Ekker", "Name")]
    [InlineData("师傅姓李", "Name")]
    [InlineData("it stopped because it was wet", "Reason")]
    [InlineData("因为湿了", "Reason")]
    [InlineData("I see.", "None")]
    [InlineData("好的", "None")]
    public void Texts_contain_kinds_of_facts(string text, string contained) => Assert.Equal(contained, AnswerPatterns.In(text).ToString());
}
