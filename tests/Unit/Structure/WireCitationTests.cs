using System.Text.RegularExpressions;
using QwenChat.Tests.Reliability.Live;
using Xunit;

namespace QwenChat.Tests.Structure;

/// <summary>Checks that statements about the service in the source can be looked up: the cited sections of docs/wire.md must exist.</summary>
public partial class WireCitationTests
{
    private const string HowTo = """
        Cite docs/wire.md as "wire §2.3". If no section contains the fact, add the fact and its source to a suitable section.
        Sections of the older notes: qwen-api §x is wire §x, except that §0.2 is now §1.2, §0.5 is §5.4, §0.6 is §12.2, §0.8 is §2.3, and §14 is §21.
        wire-tools §1.x is now wire §14.x, and §2 to §7 are §15 to §20. facts-2026-11 is now wire §20; prices are in §8.1, caches in §9, and JSON in §15.

        """;

    private static readonly (string Path, string Text)[] Code =
    [
        .. from folder in new[] { "src", "tests" }
            from pattern in new[] { "*.cs", "*.ps1", "*.md" }
            from file in SourceFiles.Of(folder, pattern)
            where !file.Path.EndsWith("/WireCitationTests.cs", StringComparison.Ordinal)
            select ($"{folder}/{file.Path}", file.Text),
    ];

    private static readonly HashSet<string> Sections =
        [.. Section().Matches(File.ReadAllText(Path.Combine(TestFiles.Root, "docs", "wire.md"))).Select(match => match.Groups[1].Value)];

    [Fact]
    public void Every_cited_section_exists()
    {
        string[] missing =
        [
            .. from file in Code
                from citation in Citation().Matches(file.Text)
                from section in Number().Matches(citation.Value).Select(number => number.Groups[1].Value)
                where !Sections.Contains(section)
                select $"{file.Path} cites wire §{section}.",
        ];
        Assert.True(missing.Length == 0, $"{HowTo}{string.Join('\n', missing)}");
    }

    [Fact]
    public void There_are_no_other_forms_of_citation()
    {
        string[] others =
        [
            .. from file in Code
                from line in file.Text.Split('\n').Select((text, index) => (Text: text, Number: index + 1))
                where Other().IsMatch(line.Text)
                select $"{file.Path}:{line.Number}: {line.Text.Trim()}",
        ];
        Assert.True(others.Length == 0, $"{HowTo}{string.Join('\n', others)}");
    }

    [Fact]
    public void The_sections_of_assumptions_about_the_service_exist() =>
        Assert.Subset(Sections, Assumptions.All.Select(assumption => assumption.Section).ToHashSet());

    [Fact]
    public void The_sections_that_the_page_itself_cites_exist()
    {
        string page = File.ReadAllText(Path.Combine(TestFiles.Root, "docs", "wire.md"));
        Assert.Subset(Sections, Number().Matches(page).Select(number => number.Groups[1].Value).ToHashSet());
    }

    [GeneratedRegex("""<a id="s([\d.]+)"></a>""")]
    private static partial Regex Section();

    [GeneratedRegex(@"\bwire §\d+(?:\.\d+)*(?:(?:, | and | or | to |,\s+(?:/// |// )?)§\d+(?:\.\d+)*)*")]
    private static partial Regex Citation();

    [GeneratedRegex(@"§(\d+(?:\.\d+)*)")]
    private static partial Regex Number();

    // Names of earlier notes, and section numbers without a document, such as "(§2.3)" and "// §2.3".
    [GeneratedRegex(@"\b(?:qwen-api|wire-tools)(?:\.md)?,? ?§|\bqwen-api$|\bwire-tools$|\bfacts-2026|(?:\(|// )§\d")]
    private static partial Regex Other();
}
