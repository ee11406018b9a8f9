using QwenChat.Recall;
using Xunit;

namespace QwenChat.Tests.Recall;

public class TurnPartsTests
{
    [Fact]
    public void A_text_of_normal_length_is_one_part() => Assert.Equal(["Hello."], TurnParts.Split("Hello."));

    [Fact]
    public void An_empty_text_has_no_parts() => Assert.Empty(TurnParts.Split(""));

    public static TheoryData<string> LongTexts => new(
        string.Concat(Enumerable.Range(0, 2000).Select(i => $"Sentence {i} says little. ")),
        string.Concat(Enumerable.Range(0, 2000).Select(i => $"第{i}句没有什么意思。")),
        string.Concat(Enumerable.Range(0, 2000).Select(i => $"line {i}\n")),
        string.Concat(Enumerable.Range(10_000, 8000)),
        string.Concat(Enumerable.Range(10_000, 6000).Select(i => i + "😀")));

    [Theory]
    [MemberData(nameof(LongTexts))]
    public void Parts_cover_the_whole_text_and_no_part_is_too_long(string text)
    {
        var parts = TurnParts.Split(text);
        int at = 0;
        foreach (string part in parts)
        {
            Assert.InRange(part.Length, 1, TurnParts.Longest);
            Assert.False(char.IsLowSurrogate(part[0]) || char.IsHighSurrogate(part[^1]));
        }
        // Each part begins within the previous part or directly after the previous part.
        for (int i = 0; i < parts.Count; at += parts[i++].Length)
        {
            int start = i == 0 ? 0 : Enumerable.Range(at - 200, 201).First(place => string.CompareOrdinal(text, place, parts[i], 0, parts[i].Length) == 0);
            at = start;
        }
        Assert.Equal(text.Length, at);
    }
}
