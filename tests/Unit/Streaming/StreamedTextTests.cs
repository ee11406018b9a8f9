using QwenChat.Streaming;
using Xunit;

namespace QwenChat.Tests.Streaming;

public class StreamedTextTests
{
    [Theory]
    [InlineData("ha|ha", "haha")]
    [InlineData("ha|ha|ha|ha", "hahahaha")]
    [InlineData("ha|ha|ha|ha|!", "hahahaha!")]
    [InlineData("ha|haha", "hahaha")]
    [InlineData("no |no |no, stop", "no no no, stop")]
    [InlineData("1|10", "110")]
    [InlineData("Well, |Well, yes", "Well, Well, yes")]
    [InlineData("Short|Short answer.| And|!", "ShortShort answer. And!")]
    [InlineData("The same line. |The same line. ", "The same line. The same line. ")]
    [InlineData("\n|\n|\n\n", "\n\n\n\n")]
    [InlineData("I|'m| fine", "I'm fine")]
    [InlineData(" a| b| a| b| a b", " a b a b a b")]
    public void Increments_are_joined(string pieces, string text) => Assert.Equal(text, Join(pieces).Text);

    [Theory]
    [InlineData("Red|Red, green|Red, green and blue|Red, green and blue.", "Red, green and blue.")]
    [InlineData("R|Re|Red", "Red")]
    [InlineData("Red|Red|Red, green|Red, green|Red, green.", "Red, green.")]
    [InlineData("A sentence of some length|A sentence of some length, and more.", "A sentence of some length, and more.")]
    [InlineData("Gr\uFFFD|Grün|Grün und Rot", "Grün und Rot")]
    [InlineData("Red|Red, gren|Red, gren and|Red, green and blue", "Red, green and blue")]
    [InlineData("Red|Red, green|Red, green and blue|Red|Red, green and blue.", "Red, green and blue.")]
    [InlineData("Red|Red, green|Red, green and|Red, green", "Red, green")]
    [InlineData("Short|Short answer.", "Short answer.")]
    [InlineData("Red|Red, green|Red, green and blue|!", "Red, green and blue!")]
    public void Snapshots_replace_one_another(string pieces, string text) => Assert.Equal(text, Join(pieces).Text);

    [Theory]
    [InlineData("Red, |green and |blue.|Red, green and blue.", false, "Red, green and blue.")]
    [InlineData("4|2|42", true, "42")]
    [InlineData("Red, |gre|Red, green and blue.", true, "Red, green and blue.")]
    [InlineData("The capital is |Lisbonn.|The capital is Lisbon.", true, "The capital is Lisbon.")]
    [InlineData("The capital is Lisbon.|The capital is Lisbon.", true, "The capital is Lisbon.")]
    [InlineData("ha|ha", true, "haha")]
    [InlineData("ha|ha|haha", true, "hahahaha")]
    public void The_last_chunk_may_be_complete(string pieces, bool comesWithTheEnd, string text) => Assert.Equal(text, Join(pieces, comesWithTheEnd).Text);

    [Fact]
    public void After_snapshots_are_detected_only_new_text_is_reported() =>
        Assert.Equal(["Red", "Red, green", " and blue", "."], Join("Red|Red, green|Red, green and blue|Red, green and blue.").Reported);

    [Fact]
    public void Snapshots_of_one_text_imply_snapshots_of_all_texts()
    {
        var proof = new SnapshotProof();
        StreamedText thinking = new(proof), text = new(proof);
        foreach (string piece in new[] { "hm", "hm", "hm" })
            thinking.Add(piece, false, out _);
        foreach (string piece in new[] { "Red", "Red, green", "Red, green." })
            text.Add(piece, false, out _);
        Assert.Equal(("hm", "Red, green."), (thinking.ToString(), text.ToString()));
        Assert.Equal((2, 11), (thinking.Length, text.Length));
    }

    private static (string Text, string[] Reported) Join(string pieces, bool comesWithTheEnd = false)
    {
        var text = new StreamedText(new SnapshotProof());
        string[] all = pieces.Split('|');
        var reported = all.Select((piece, i) => text.Add(piece, comesWithTheEnd && i == all.Length - 1, out _)).ToArray();
        Assert.Equal(text.ToString().Length, text.Length);
        return (text.ToString(), reported);
    }
}
