using Xunit;
using Xunit.Abstractions;

namespace QwenChat.Tests.Faults;

/// <summary>Counts the cases of one test, and records failures. docs/reliability.md contains the counts.</summary>
internal sealed class FaultCases(ITestOutputHelper output)
{
    private const int MostShown = 20;
    private readonly List<string> _failures = [];
    private int _count;

    /// <summary>All APIs, streamed and not.</summary>
    public static TheoryData<QwenApi, bool> Everywhere => Pairs([true, false]);

    /// <summary>All APIs, streamed.</summary>
    public static TheoryData<QwenApi, bool> Streams => Pairs([true]);

    /// <summary>All APIs, not streamed.</summary>
    public static TheoryData<QwenApi, bool> Bodies => Pairs([false]);

    public void Add(string name, string? wrong)
    {
        _count++;
        if (wrong is not null)
            _failures.Add($"{name}: {wrong}");
    }

    /// <summary>Fails the test if a case has failed, or if there were no cases.</summary>
    public void Check()
    {
        Assert.True(_failures.Count == 0, $"{_failures.Count} of {_count} cases failed:\n{string.Join("\n", _failures.Take(MostShown))}");
        Assert.NotEqual(0, _count);
        output.WriteLine($"cases: {_count}");
    }

    private static TheoryData<QwenApi, bool> Pairs(bool[] streams)
    {
        var data = new TheoryData<QwenApi, bool>();
        foreach (var api in Enum.GetValues<QwenApi>())
        {
            foreach (bool stream in streams)
                data.Add(api, stream);
        }
        return data;
    }
}
