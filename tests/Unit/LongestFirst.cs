using Xunit;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("QwenChat.Tests.LongestFirst", "QwenChat.Tests.Unit")]

namespace QwenChat.Tests;

/// <summary>Runs the slowest test classes first. The tests of a class run sequentially, so a slow class would otherwise run alone at the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] s_longest =
        ["RecordedTrafficTests", "CutTests", "StatusTests", "SizeTests", "ContextPlanProperties", "HtmlPageTests", "FieldTests"];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => Array.FindIndex(s_longest, name => collection.DisplayName.Contains("." + name, StringComparison.Ordinal)) is >= 0
        and var place ? place : int.MaxValue);
}
