using System.Net;
using System.Text;
using QwenChat.Connection;
using QwenChat.Tests.Reliability.Live;
using Xunit;

namespace QwenChat.Tests.Reliability;

/// <summary>
/// Tests build.ps1 Live with the emulator: the run checks every assumption about the service, and its recordings replay identically and contain no key.
/// </summary>
public sealed class LiveTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("qwenchat-live-");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>The recordings of runs against the service, one folder per run.</summary>
    public static TheoryData<string> Recordings => [.. Runs];

    private static IEnumerable<string> Runs
    {
        get
        {
            string folder = Path.Combine(TestFiles.Root, "tests", "Reliability", "Live", "Recordings");
            return Directory.Exists(folder) ? Directory.GetDirectories(folder).Select(run => Path.GetFileName(run)) : [];
        }
    }

    [Fact]
    public async Task A_recorded_run_replays_identically()
    {
        using var emulator = QwenEmulator.Start();
        string key = new NetworkCredential("", emulator.ApiKey).Password;
        var connection = QwenConnection.To(emulator.BaseUri, emulator.ApiKey);
        using var recorder =
            new RecordingHandler(new SocketsHttpHandler { AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.All }, [key]);
        var steps = await new Scenarios(connection, recorder, TimeProvider.System, 1, name => recorder.Scenario = name).RunAsync();
        for (int i = 0; i < recorder.Exchanges.Count; i++)
            recorder.Exchanges[i].Save(_folder.FullName, i + 1);

        Assert.All(steps, step => Assert.Equal(step.ShouldFail, step.Failed));
        foreach (string file in Directory.GetFiles(_folder.FullName))
            Assert.DoesNotContain(key, await File.ReadAllTextAsync(file), StringComparison.Ordinal);

        var loaded = Exchange.Load(_folder.FullName);
        Assert.Equal(recorder.Exchanges.Select(exchange => (exchange.Scenario, exchange.Method, exchange.Path, exchange.Status, exchange.Text)),
            loaded.Select(exchange => (exchange.Scenario, exchange.Method, exchange.Path, exchange.Status, exchange.Text)));
        await AssertReplays(loaded, steps);

        var results = Assumptions.All.Select(assumption => assumption.Check(loaded)).ToArray();
        Assert.Empty(results.Where(result => result.Outcome != "holds")
            .Select(result => $"{result.Assumption.Text}: {result.Outcome} {string.Join("; ", result.Differences)}"));
        Assert.Contains("None.", LiveReport.Write("an emulator", DateTimeOffset.UnixEpoch, steps, loaded, "nothing"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_repeated_by_a_server_is_not_recorded()
    {
        using var recorder = new RecordingHandler(new Repeating(), ["sk-marked"]);
        using var client = new HttpMessageInvoker(recorder);
        using var request =
            new HttpRequestMessage(HttpMethod.Post, "https://example.com/a?key=sk-marked") { Content = new StringContent("{\"a\":\"sk-marked\"}") };
        request.Headers.Add("Authorization", "Bearer sk-marked");
        using (var response = await client.SendAsync(request, default))
            Assert.Contains("sk-marked", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Single(recorder.Exchanges).Save(_folder.FullName, 1);
        foreach (string file in Directory.GetFiles(_folder.FullName))
            Assert.DoesNotContain("sk-marked", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
    }

    [Fact]
    public void A_difference_from_an_assumption_is_reported()
    {
        var exchange = new Exchange
        {
            Scenario = "chat", Method = "POST", Path = "/compatible-mode/v1/chat/completions", RequestHeaders = [], RequestBody = [], Status = 200,
                At = DateTimeOffset.UnixEpoch,
            Headers = [("content-type", "text/event-stream"), ("retry-after", "7")], Body = "data:{\"choices\":[]}\n\n"u8.ToArray(),
        };
        string report = LiveReport.Write("a service", DateTimeOffset.UnixEpoch, [], [exchange], "nothing");
        Assert.Contains("There is no Retry-After.\n  - chat, POST /compatible-mode/v1/chat/completions: it is 7", report, StringComparison.Ordinal);
        Assert.Contains("framed as data: with a space, and ends with [DONE].\n  - chat", report, StringComparison.Ordinal);
    }

    [LiveTheory]
    [MemberData(nameof(Recordings))]
    public async Task A_recording_of_the_service_is_read_without_an_error(string run)
    {
        var loaded = Exchange.Load(Path.Combine(TestFiles.Root, "tests", "Reliability", "Live", "Recordings", run));
        await AssertReplays(loaded, null);
    }

    private static async Task AssertReplays(IReadOnlyList<Exchange> exchanges, IReadOnlyList<Step>? expected)
    {
        using var replay = new ReplayHandler(exchanges);
        var connection = QwenConnection.To(new Uri("http://127.0.0.1:1"), ConnectionEnvironment.Protect("sk-none")) with { MaximumRetryCount = 0 };
        var steps = await new Scenarios(connection, replay, new FakeTime(exchanges[0].At), 1, _ => { }).RunAsync();
        Assert.Equal(0, replay.Left);
        if (expected is not null)
            Assert.Equal(expected, steps);
        else
            Assert.All(steps, step => Assert.Equal(step.ShouldFail, step.Failed));
    }

    private sealed class LiveTheoryAttribute : TheoryAttribute
    {
        public LiveTheoryAttribute() => Skip = Runs.Any() ? null : "No run against the service is recorded. To record one, run ./build.ps1 Live with a key.";
    }

    private sealed class Repeating : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = new HttpResponseMessage { Content = new StringContent("You sent sk-marked", Encoding.UTF8, "text/plain") };
            response.Headers.Add("x-request-id", "sk-marked");
            return Task.FromResult(response);
        }
    }
}
