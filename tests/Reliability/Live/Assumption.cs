using System.Text.Json;

namespace QwenChat.Tests.Reliability.Live;

/// <summary>Something the project takes for true of the service, with the section of its notes that says so, and how recordings show whether it is.</summary>
/// <param name="Section">The section of qwen-api.md.</param>
/// <param name="Text">What is assumed.</param>
/// <param name="Where">The exchanges that can show it.</param>
/// <param name="Wrong">What is not so in one of them; null when all is.</param>
public sealed record Assumption(string Section, string Text, Func<Exchange, bool> Where, Func<Exchange, string?> Wrong)
{
    /// <summary>Looks at all exchanges.</summary>
    public AssumptionResult Check(IEnumerable<Exchange> exchanges)
    {
        var seen = exchanges.Where(Where).ToArray();
        string[] differences = seen.Select(exchange => Look(exchange) is { } wrong ? $"{exchange.Scenario}, {exchange.Method} {exchange.Path}: {wrong}" : null)
            .OfType<string>().Distinct().ToArray();
        return new AssumptionResult(this, seen.Length, differences);
    }

    private string? Look(Exchange exchange)
    {
        try
        {
            return Wrong(exchange);
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return $"it is of another form: {unreadable.Message}";
        }
    }
}

/// <summary>What came of an assumption.</summary>
/// <param name="Assumption">The assumption.</param>
/// <param name="Seen">How many exchanges could show it.</param>
/// <param name="Differences">What was otherwise, and where.</param>
public sealed record AssumptionResult(Assumption Assumption, int Seen, IReadOnlyList<string> Differences)
{
    public string Outcome => Seen == 0 ? "not seen" : Differences.Count == 0 ? "holds" : "differs";
}
