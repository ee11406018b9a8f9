using System.Globalization;
using System.Text.Json;

namespace QwenChat.Tests.Reliability.Fuzz;

/// <summary>Fuzzes one group for the specified time, and writes a line of JSON with the results and a file for each finding.</summary>
internal static class FuzzTask
{
    public static int Run(string group, string minutes, string seed, string folder)
    {
        if (!FuzzTargets.Groups.TryGetValue(group, out var targets))
        {
            Console.Error.WriteLine($"There is no group '{group}'. The groups are: {string.Join(", ", FuzzTargets.Groups.Keys)}.");
            return 2;
        }
        var time = TimeSpan.FromMinutes(double.Parse(minutes, CultureInfo.InvariantCulture));
        Directory.CreateDirectory(folder);
        string last = Path.Combine(folder, group + ".last");
        FuzzRun[] runs;
        using (var input = new LastInput(last))
        {
            var random = new Random(int.Parse(seed, CultureInfo.InvariantCulture));
            runs = targets.Select(target => new FuzzRun(target, random, input)).ToArray();
            // Alternates between the targets, so that each target gets its share of the time even if the run ends early.
            var share = TimeSpan.FromSeconds(Math.Min(10, time.TotalSeconds / runs.Length));
            for (long rounds = Math.Max(1, (long)(time / (share * runs.Length))); rounds > 0; rounds--)
            {
                foreach (var run in runs)
                    run.Continue(share);
            }
        }
        File.Delete(last);
        int number = 0;
        foreach (var (run, finding) in runs.SelectMany(run => run.Findings.Select(finding => (run, finding))))
            File.WriteAllBytes(Path.Combine(folder, $"{group}-{++number}.bin"), finding.Value);
        Console.WriteLine(JsonSerializer.Serialize(runs.Select(run => new
        {
            group,
            target = run.Target.Name,
            seconds = time.TotalSeconds / runs.Length,
            runs = run.Runs,
            seeds = run.Target.Seeds.Count,
            corpus = run.Corpus,
            branches = run.Branches,
            findings = run.Findings.Count,
        })));
        return number == 0 ? 0 : 1;
    }
}
