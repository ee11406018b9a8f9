using System.Globalization;
using System.Text;
using QwenChat.Text;

namespace QwenChat.Tests.Reliability.Live;

/// <summary>The report of a run against a service, as Markdown.</summary>
public static class LiveReport
{
    public static string Write(string server, DateTimeOffset at, IReadOnlyList<Step> steps, IReadOnlyList<Exchange> exchanges, string cost)
    {
        var results = Assumptions.All.Select(assumption => assumption.Check(exchanges)).ToArray();
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# A run against {server}\n\n{at:yyyy-MM-dd HH:mm} UTC. {exchanges.Count} exchanges, {cost}.\n\n");
        text.Append(CultureInfo.InvariantCulture,
            $"{Count(results, "holds")} assumptions hold, {Count(results, "differs")} differ, {Count(results, "not seen")} were not seen.\n\n## Differences "
                + $"from docs/wire.md\n\n");
        foreach (var result in results.Where(result => result.Outcome == "differs"))
        {
            text.Append(CultureInfo.InvariantCulture, $"- §{result.Assumption.Section}: {result.Assumption.Text}.\n");
            foreach (string difference in result.Differences)
                text.Append("  - ").Append(Line(difference)).Append('\n');
        }
        text.Append(Count(results, "differs") == 0 ? "None.\n" : "").Append("\n## All assumptions\n\n| § | assumption | exchanges | |\n|---|---|--:|---|\n");
        foreach (var result in results)
            text.Append(CultureInfo.InvariantCulture, $"| {result.Assumption.Section} | {result.Assumption.Text} | {result.Seen} | {result.Outcome} |\n");
        text.Append("\n## Conversations\n\n| conversation | step | result |\n|---|---|---|\n");
        foreach (var step in steps)
            text.Append(CultureInfo.InvariantCulture, $"| {step.Scenario} | {Line(step.Said)} | {(step.Failed ? "error: " : "")}{Line(step.Came)} |\n");
        return text.ToString();
    }

    public static int Count(IEnumerable<AssumptionResult> results, string outcome) => results.Count(result => result.Outcome == outcome);

    // Text from a model may contain characters that would break the table.
    private static string Line(string text)
    {
        string line = VisibleText.LineOf(text).Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
        return line.Length <= 160 ? line : line[..160] + "…";
    }
}
