using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace QwenChat.Tests.Reliability.Walk;

/// <summary>Runs sequences for the specified time, alternating between the APIs, shortens failing sequences, and writes the results.</summary>
public static class WalkTask
{
    /// <summary>The number of steps of a sequence.</summary>
    public const int Length = 18;

    private const int MostTries = 60;

    /// <summary>Runs sequences, and writes a line of JSON and a file for each finding.</summary>
    /// <param name="minutes">The duration in minutes.</param>
    /// <param name="seed">The random seed.</param>
    /// <param name="storageFolder">The folder of the storage assembly.</param>
    /// <param name="folder">The folder for SQLite files and findings.</param>
    /// <param name="postgres">The connection string of a database for the stores; empty for SQLite files.</param>
    /// <returns>1 if there are findings.</returns>
    public static async Task<int> RunAsync(string minutes, string seed, string storageFolder, string folder, string postgres)
    {
        var time = TimeSpan.FromMinutes(double.Parse(minutes, CultureInfo.InvariantCulture));
        int first = int.Parse(seed, CultureInfo.InvariantCulture);
        Directory.CreateDirectory(folder);
        var apis = Enum.GetValues<QwenApi>();
        var counts = apis.ToDictionary(api => api, _ => (Sequences: 0, Steps: 0));
        var findings = new Dictionary<string, string>();
        var watch = Stopwatch.StartNew();
        for (int number = 0; watch.Elapsed < time; number++)
        {
            var api = apis[number % apis.Length];
            var walk =
                new WalkSequence(api, storageFolder, folder, postgres) { Alike = number / apis.Length % 4 == 3, WithProcesses = number / apis.Length % 8 == 0 };
            var steps = WalkOperation.Make(new Random(HashCode.Combine(first, number)), Length);
            var (done, failure) = await walk.PlayAsync(steps);
            counts[api] = (counts[api].Sequences + 1, counts[api].Steps + done);
            if (failure is null || findings.ContainsKey(failure.Kind + api))
                continue;
            var shortest = await walk.ShortenAsync(steps[..Math.Min(steps.Length, done + 1)], failure.Kind, MostTries);
            string text =
                $"{api}{(walk.Alike ? ", alike" : "")}{(walk.WithProcesses ? ", with processes" : "")}: "
                + $"{shortest.Failure.Message}\n{string.Join('\n', shortest.Steps.Select(step => step.ToString()))}\n";
            findings[failure.Kind + api] = text;
            await File.WriteAllTextAsync(Path.Combine(folder, $"{findings.Count}.txt"), text);
            await Console.Error.WriteLineAsync(text);
        }
        await Console.Out.WriteLineAsync(
            JsonSerializer.Serialize(counts.Select(count =>
                new { api = $"{count.Key}", sequences = count.Value.Sequences, steps = count.Value.Steps,
                findings = findings.Keys.Count(key => key.EndsWith($"{count.Key}", StringComparison.Ordinal)) })));
        return findings.Count == 0 ? 0 : 1;
    }

    public static async Task<int> ReplayAsync(string file, string storageFolder, string folder, string postgres)
    {
        string[] parts = (await File.ReadAllTextAsync(file)).Split('\n', 2);
        var walk = new WalkSequence(Enum.Parse<QwenApi>(parts[0].Split([',', ':'])[0]), storageFolder, folder, postgres)
        {
            Alike = parts[0].Contains(", alike", StringComparison.Ordinal),
            WithProcesses = parts[0].Contains(", with processes", StringComparison.Ordinal),
        };
        var (_, failure) = await walk.PlayAsync(WalkOperation.Parse(parts[1]));
        await Console.Out.WriteLineAsync(failure?.Message ?? "The sequence has no failure.");
        return failure is null ? 0 : 1;
    }
}
