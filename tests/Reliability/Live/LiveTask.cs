using System.Globalization;
using System.Text.Json;
using QwenChat.Connection;
using QwenChat.Http;

namespace QwenChat.Tests.Reliability.Live;

/// <summary>Runs the scenarios with the service that the environment variables specify, and saves the recordings and the report.</summary>
internal static class LiveTask
{
    public static async Task<int> RunAsync(string folder, string costLimit)
    {
        var connection = QwenConnection.FromEnvironment(Environment.GetEnvironmentVariable, File.ReadAllText);
        if (!connection.HasApiKey)
        {
            Console.WriteLine("Skipped because there is no key. Set DASHSCOPE_API_KEY to run this task against the service.");
            return 3;
        }
        Directory.CreateDirectory(folder);
        using var handler = Transport.CreateHandler(connection);
        using var recorder = new RecordingHandler(handler, [connection.RevealKey()]);
        var scenarios = new Scenarios(connection, recorder, ServiceClock.Of(connection.Address), decimal.Parse(costLimit, CultureInfo.InvariantCulture),
            name => recorder.Scenario = name);
        var began = DateTimeOffset.UtcNow;
        var steps = await scenarios.RunAsync();
        for (int i = 0; i < recorder.Exchanges.Count; i++)
            recorder.Exchanges[i].Save(folder, i + 1);
        // A local address belongs to an emulator. The report must then not claim to describe the service.
        string server = (connection.BaseUri ?? connection.CompatibleUri)!.IsLoopback ? $"an emulator at {connection}, not the service" : connection.ToString();
        await File.WriteAllTextAsync(Path.Combine(folder, "report.md"), LiveReport.Write(server, began, steps, recorder.Exchanges, Cost(scenarios)));
        var results = Assumptions.All.Select(assumption => assumption.Check(recorder.Exchanges)).ToArray();
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            server,
            at = began,
            exchanges = recorder.Exchanges.Count,
            steps = steps.Count,
            failed = steps.Count(step => step.Failed != step.ShouldFail),
            holds = LiveReport.Count(results, "holds"),
            differs = LiveReport.Count(results, "differs"),
            notSeen = LiveReport.Count(results, "not seen"),
            cost = Cost(scenarios),
        }));
        return 0;
    }

    private static string Cost(Scenarios scenarios) =>
        FormattableString.Invariant($"{scenarios.Tokens} tokens, {(scenarios.Cost.Length == 0 ? "no cost" : scenarios.Cost)}");
}
