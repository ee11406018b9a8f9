using Xunit;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("QwenChat.Tests.LongestFirst", "QwenChat.Tests.Unit")]

namespace QwenChat.Tests;

/// <summary>
/// Begins with the classes that take longest, so that none of them is left to run alone at the end: a class runs by itself, one test after the other.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] s_longest =
        ["RecordedTrafficTests", "CutTests", "StatusTests", "SizeTests", "ContextPlanProperties", "HtmlPageTests", "FieldTests"];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => Array.FindIndex(s_longest, name => collection.DisplayName.Contains("." + name, StringComparison.Ordinal)) is >= 0
        and var place ? place : int.MaxValue);
}
