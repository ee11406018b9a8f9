using System.Text.Json;

namespace QwenChat.Tests.Reliability.Live;

/// <summary>An assumption about the service, and a check of recorded exchanges.</summary>
/// <param name="Section">The section of docs/wire.md.</param>
/// <param name="Text">The assumption.</param>
/// <param name="Where">Selects the exchanges that can test the assumption.</param>
/// <param name="Wrong">Describes the difference in an exchange; null if the assumption holds.</param>
public sealed record Assumption(string Section, string Text, Func<Exchange, bool> Where, Func<Exchange, string?> Wrong)
{
    /// <summary>Checks all exchanges.</summary>
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
            return $"it has a different form: {unreadable.Message}";
        }
    }
}

/// <summary>The result of checking an assumption.</summary>
/// <param name="Assumption">The assumption.</param>
/// <param name="Seen">The number of exchanges that could test the assumption.</param>
/// <param name="Differences">The differences, with their exchanges.</param>
public sealed record AssumptionResult(Assumption Assumption, int Seen, IReadOnlyList<string> Differences)
{
    public string Outcome => Seen == 0 ? "not seen" : Differences.Count == 0 ? "holds" : "differs";
}
