using Xunit;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("QwenChat.Tests.LongestFirst", "QwenChat.Tests.Unit")]

namespace QwenChat.Tests;

/// <summary>
/// Runs the slowest classes first, so that none of them runs alone at the end: the tests of a class run sequentially.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] s_longest =
        ["RecordedTrafficTests", "CutTests", "StatusTests", "SizeTests", "ContextPlanProperties", "HtmlPageTests", "FieldTests"];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => Array.FindIndex(s_longest, name => collection.DisplayName.Contains("." + name, StringComparison.Ordinal)) is >= 0
        and var place ? place : int.MaxValue);
}
