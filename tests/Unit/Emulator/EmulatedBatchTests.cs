using System.Net;
using System.Text.Json;
using Xunit;
using static QwenChat.Tests.Emulator.BatchClient;

namespace QwenChat.Tests.Emulator;

/// <summary>Tests the emulator's batches (wire §11.2): progress, completion and rejections.</summary>
public sealed class EmulatedBatchTests : IDisposable
{
    private readonly BatchClient _client = new();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_batch_progresses_with_the_clock()
    {
        string id = await _client.StartAsync(string.Join('\n', Enumerable.Range(1, 10).Select(i => Line($"t{i}"))));
        var batch = await _client.GetAsync(id);
        Assert.Equal("validating", Status(batch));
        Assert.Equal((0, 0, 0), Counts(batch));
        Assert.True(IsNull(batch, "expires_at"));
        batch = await _client.AtAsync(id, 0.28);
        Assert.Equal("in_progress", Status(batch));
        Assert.Equal((10, 5, 0), Counts(batch));
        Assert.True(IsNull(batch, "output_file_id"));
        Assert.Equal(24 * 3600, batch.GetProperty("expires_at").GetInt64() - batch.GetProperty("created_at").GetInt64());
        Assert.Equal("finalizing", Status(await _client.AtAsync(id, 0.18)));
        batch = await _client.AtAsync(id, 0.05);
        Assert.Equal("completed", Status(batch));
        Assert.Equal((10, 10, 0), Counts(batch));
        Assert.Equal("batch", batch.GetProperty("object").GetString());
        Assert.Equal("/v1/chat/completions", batch.GetProperty("endpoint").GetString());
        Assert.Equal("24h", batch.GetProperty("completion_window").GetString());
        Assert.True(IsNull(batch, "errors") && IsNull(batch, "error_file_id") && IsNull(batch, "metadata") && IsNull(batch, "failed_at"));
        Assert.All(["in_progress_at", "finalizing_at", "completed_at"], name => Assert.False(IsNull(batch, name), name));
        var lines = await _client.ReadAsync(batch.GetProperty("output_file_id"));
        Assert.Equal(Enumerable.Range(1, 10).Select(i => $"t{i}"), lines.Select(line => line.GetProperty("custom_id").GetString()));
    }

    [Fact]
    public async Task A_line_of_the_results_has_the_recorded_members()
    {
        string id = await _client.StartAsync(Line("1"));
        var line = Assert.Single(await _client.ReadAsync((await _client.AtAsync(id, 1)).GetProperty("output_file_id")));
        Assert.Equal(["id", "custom_id", "response", "error"], line.EnumerateObject().Select(member => member.Name));
        Assert.Equal(JsonValueKind.Null, line.GetProperty("error").ValueKind);
        var response = line.GetProperty("response");
        Assert.Equal(200, response.GetProperty("status_code").GetInt32());
        Assert.Equal(line.GetProperty("id").GetString(), response.GetProperty("request_id").GetString());
        Assert.Equal("You said: \"Hello\". This is the beginning of our conversation.",
            response.GetProperty("body").GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.True(response.GetProperty("body").GetProperty("usage").GetProperty("prompt_tokens").GetInt32() > 0);
    }

    [Fact]
    public async Task A_batch_completes_soon_in_real_time()
    {
        using var client = new EmulatorClient();
        Assert.Equal(TimeSpan.FromSeconds(0.5), new QwenEmulatorOptions().BatchDuration);
        using var form = new MultipartFormDataContent { { new StringContent("batch"), "purpose" }, { new StringContent(Line("1")), "file", "a.jsonl" } };
        using var uploaded = await client.Http.PostAsync(new Uri(Files, UriKind.Relative), form);
        string file = JsonSerializer.Deserialize<JsonElement>(await uploaded.Content.ReadAsStringAsync()).GetProperty("id").GetString()!;
        var batch = await client.PostJsonAsync(Batches,
            $$"""{"input_file_id":"{{file}}","endpoint":"/v1/chat/completions","completion_window":"24h"}""");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (Status(await client.GetJsonAsync($"{Batches}/{batch.GetProperty("id").GetString()}")) != "completed")
            await Task.Delay(20, limit.Token);
    }

    [Fact]
    public async Task Single_failures_are_in_the_error_file()
    {
        string id = await _client.StartAsync($"{Line("good")}\n{Line("bad", more: ",\"temperature\":5")}\n");
        var batch = await _client.AtAsync(id, 1);
        Assert.Equal("completed", Status(batch));
        Assert.Equal((2, 1, 1), Counts(batch));
        Assert.Equal("good", Assert.Single(await _client.ReadAsync(batch.GetProperty("output_file_id"))).GetProperty("custom_id").GetString());
        var error = Assert.Single(await _client.ReadAsync(batch.GetProperty("error_file_id")));
        Assert.Equal("bad", error.GetProperty("custom_id").GetString());
        Assert.Equal(400, error.GetProperty("response").GetProperty("status_code").GetInt32());
        Assert.Equal("invalid_parameter_error", error.GetProperty("response").GetProperty("body").GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_batch_whose_requests_all_fail_has_only_an_error_file()
    {
        string id = await _client.StartAsync(Line("bad", more: ",\"stream\":true"));
        var batch = await _client.AtAsync(id, 1);
        Assert.Equal("completed", Status(batch));
        Assert.True(IsNull(batch, "output_file_id"));
        Assert.Single(await _client.ReadAsync(batch.GetProperty("error_file_id")));
    }

    [Fact]
    public async Task Results_before_a_cancellation_are_kept()
    {
        string id = await _client.StartAsync(string.Join('\n', Enumerable.Range(1, 10).Select(i => Line($"t{i}"))));
        await _client.AtAsync(id, 0.2);
        var batch = await _client.CancelAsync(id);
        Assert.Equal("cancelling", Status(batch));
        Assert.True(IsNull(batch, "output_file_id") && IsNull(batch, "cancelled_at"));
        batch = await _client.AtAsync(id, 1);
        Assert.Equal("cancelled", Status(batch));
        Assert.Equal((10, 2, 0), Counts(batch));
        Assert.Equal(2, (await _client.ReadAsync(batch.GetProperty("output_file_id"))).Count);
        Assert.Contains("Cannot cancel a batch with status 'cancelled'.", (await _client.CancelAsync(id, HttpStatusCode.Conflict)).ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_that_exceeds_its_window_expires_with_its_results_so_far()
    {
        using var client = new BatchClient(new QwenEmulatorOptions { BatchDuration = TimeSpan.FromHours(48) });
        string id = await client.StartAsync(string.Join('\n', Enumerable.Range(1, 10).Select(i => Line($"t{i}"))));
        var batch = await client.AtAsync(id, TimeSpan.FromHours(23).TotalSeconds);
        Assert.Equal("in_progress", Status(batch));
        batch = await client.AtAsync(id, TimeSpan.FromHours(10).TotalSeconds);
        Assert.Equal("expired", Status(batch));
        Assert.Equal((10, 4, 0), Counts(batch));
        Assert.Equal(4, (await client.ReadAsync(batch.GetProperty("output_file_id"))).Count);
    }

    [Theory]
    [InlineData("url_not_found", "url", "{0}\n{1}", "/v1/chat/completion")]
    [InlineData("mismatched_url", "url", "{0}\n{1}", "/v1/embeddings")]
    public async Task A_wrong_url_fails_the_batch(string code, string param, string file, string url) =>
        await Refused(string.Format(System.Globalization.CultureInfo.InvariantCulture, file, Line("1"), Line("2", url: url)), code, param, 2);

    [Fact]
    public Task Requests_for_two_models_fail_the_batch() => Refused($"{Line("1")}\n{Line("2", model: "qwen-flash")}", "mismatched_model", "body.model", 2);

    [Fact]
    public Task A_model_without_batch_support_fails_the_batch() => Refused(Line("1", model: "qwen3-coder-plus"), "model_not_supported", "body.model", 1);

    [Fact]
    public Task A_duplicate_id_fails_the_batch() => Refused($"{Line("1")}\n{Line("1")}", "duplicate_custom_id", "custom_id", 2);

    [Fact]
    public Task A_line_that_is_not_JSON_fails_the_batch() => Refused($"{Line("1")}\nno", "invalid_json_line", null, 2);

    [Fact]
    public Task A_line_of_more_than_6_MB_fails_the_batch() => Refused(Line("1", new string('x', 6 * 1024 * 1024)), "line_too_large", null, 1);

    [Fact]
    public Task Too_many_lines_fail_the_batch() =>
        Refused(string.Join('\n', Enumerable.Range(0, 50_001).Select(i => Line($"{i}"))), "too_many_tasks", null, null);

    [Fact]
    public async Task The_test_model_answers_without_inference_and_has_its_own_limits()
    {
        const string Url = "/v1/chat/ds-test";
        string id = await _client.StartAsync(Line("1", model: "batch-test-model", url: Url), Url);
        var line = Assert.Single(await _client.ReadAsync((await _client.AtAsync(id, 1)).GetProperty("output_file_id")));
        Assert.Equal("batch-test-model", line.GetProperty("response").GetProperty("body").GetProperty("model").GetString());
        await Refused(Line("1", url: Url), "model_not_supported", "body.model", 1, Url);
        string many = string.Join('\n', Enumerable.Range(0, 101).Select(i => Line($"{i}", model: "batch-test-model", url: Url)));
        await Refused(many, "too_many_tasks", null, null, Url);
    }

    private async Task Refused(string file, string code, string? param, int? line, string endpoint = "/v1/chat/completions")
    {
        string id = await _client.StartAsync(file, endpoint);
        var batch = await _client.AtAsync(id, 1);
        Assert.Equal("failed", Status(batch));
        Assert.Equal((0, 0, 0), Counts(batch));
        Assert.True(IsNull(batch, "output_file_id") && IsNull(batch, "error_file_id") && IsNull(batch, "in_progress_at") && !IsNull(batch, "failed_at"));
        Assert.Equal("list", batch.GetProperty("errors").GetProperty("object").GetString());
        var error = batch.GetProperty("errors").GetProperty("data")[0];
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Equal(param, error.GetProperty("param").GetString());
        Assert.Equal(line, error.GetProperty("line").ValueKind == JsonValueKind.Null ? null : error.GetProperty("line").GetInt32());
        Assert.NotEqual("", error.GetProperty("message").GetString());
    }
}
