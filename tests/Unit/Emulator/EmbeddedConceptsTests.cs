using QwenChat.Emulator.Endpoints;
using Xunit;

namespace QwenChat.Tests.Emulator;

public class EmbeddedConceptsTests
{
    private static readonly string[] s_lines = ReadLines();

    private static string[][] Groups => s_lines.Where(line => !line.StartsWith('#')).Select(line => line.Split(' ')).ToArray();

    [Fact]
    public void Each_concept_has_a_unique_name_and_words_in_both_languages()
    {
        Assert.Equal(Groups.Length, Groups.Select(group => group[0]).Distinct().Count());
        Assert.All(Groups, group =>
        {
            Assert.Contains(group[1..], word => char.IsAsciiLetter(word[0]));
            Assert.Contains(group[1..], word => word[0] >= '\u2e80');
            Assert.DoesNotContain("", group);
        });
    }

    [Fact]
    public void Each_group_belongs_to_a_domain()
    {
        Assert.StartsWith("# ", s_lines[0], StringComparison.Ordinal);
        var domains = s_lines.Where(line => line.StartsWith('#')).ToArray();
        Assert.Equal(domains.Length, domains.Distinct().Count());
        Assert.All(domains, line => Assert.Equal(2, line.Split(' ').Length));
    }

    [Fact]
    public void The_longest_word_matches()
    {
        // The last character, 车, means "car" when it is alone.
        Assert.Contains("concept bicycle", Concepts("自行车"));
        Assert.DoesNotContain("concept car", Concepts("自行车"));
    }

    [Fact]
    public void Forms_of_a_word_have_the_same_concepts() => Assert.Equal(EmbeddedConcepts.Of("flower"), EmbeddedConcepts.Of("Flowers"));

    [Theory]
    [InlineData("theory", "the")]
    [InlineData("offer", "office")]
    public void Words_with_the_same_short_stem_are_distinguished(string one, string other) => Assert.Empty(Concepts(one).Intersect(Concepts(other)));

    [Fact]
    public void Words_outside_the_vocabulary_have_no_concepts() => Assert.Empty(EmbeddedConcepts.Of("Xyzzy 42 的"));

    private static IEnumerable<string> Concepts(string text) =>
        EmbeddedConcepts.Of(text).Select(one => one.Feature).Where(feature => feature.StartsWith("concept", StringComparison.Ordinal));

    private static string[] ReadLines()
    {
        using var stream = typeof(EmbeddedConcepts).Assembly.GetManifestResourceStream("EmbeddedConcepts.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
