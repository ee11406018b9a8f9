using System.Net;
using System.Text;
using System.Text.Json;
using Xunit;

namespace QwenChat.Tests.Emulator;

/// <summary>Sends plain requests to the emulated File and Batch APIs. The tests advance the emulator's clock.</summary>
internal sealed class BatchClient : IDisposable
{
    public const string Files = "/compatible-mode/v1/files";
    public const string Batches = "/compatible-mode/v1/batches";

    public BatchClient(QwenEmulatorOptions? options = null) => Client = new EmulatorClient((options ?? new QwenEmulatorOptions()) with { TimeProvider = Time });

    public FakeTime Time { get; } = new();

    public EmulatorClient Client { get; }

    public static string Line(string id, string content = "Hello", string model = "qwen-plus", string url = "/v1/chat/completions", string more = "") =>
        $$$"""{"custom_id":"{{{id}}}","method":"POST","url":"{{{url}}}","body":{"model":"{{{model}}}","""
        + $$$""" "messages":[{"role":"user","content":"{{{content}}}"}]{{{more}}}}}""";

    public async Task<JsonElement> UploadAsync(string content, string purpose = "batch", HttpStatusCode status = HttpStatusCode.OK)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent(purpose), "purpose" },
            { new ByteArrayContent(Encoding.UTF8.GetBytes(content)), "file", "input.jsonl" },
        };
        using var response = await Client.Http.PostAsync(new Uri(Files, UriKind.Relative), form);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, $"{(int)response.StatusCode}: {text}");
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    public async Task<string> StartAsync(string content, string endpoint = "/v1/chat/completions", string window = "24h")
    {
        var file = await UploadAsync(content);
        return (await CreateAsync(file.GetProperty("id").GetString()!, endpoint, window)).GetProperty("id").GetString()!;
    }

    public Task<JsonElement> CreateAsync(string file, string endpoint = "/v1/chat/completions", string window = "24h", string more = "",
        HttpStatusCode status = HttpStatusCode.OK) => Client.PostJsonAsync(Batches,
            $$"""{"input_file_id":"{{file}}","endpoint":"{{endpoint}}","completion_window":"{{window}}"{{more}}}""", status);

    public Task<JsonElement> GetAsync(string id) => Client.GetJsonAsync($"{Batches}/{id}");

    public Task<JsonElement> CancelAsync(string id, HttpStatusCode status = HttpStatusCode.OK) => Client.PostJsonAsync($"{Batches}/{id}/cancel", "{}", status);

    public async Task<JsonElement> AtAsync(string id, double seconds)
    {
        Time.Advance(TimeSpan.FromSeconds(seconds));
        return await GetAsync(id);
    }

    public async Task<IReadOnlyList<JsonElement>> ReadAsync(JsonElement file)
    {
        using var response = await Client.SendAsync(HttpMethod.Get, $"{Files}/{file.GetString()}/content");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        string text = await response.Content.ReadAsStringAsync();
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        return text.TrimEnd('\n').Split('\n').Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToArray();
    }

    public static (int Total, int Completed, int Failed) Counts(JsonElement batch)
    {
        var counts = batch.GetProperty("request_counts");
        return (counts.GetProperty("total").GetInt32(), counts.GetProperty("completed").GetInt32(), counts.GetProperty("failed").GetInt32());
    }

    public static string Status(JsonElement batch) => batch.GetProperty("status").GetString()!;

    public static bool IsNull(JsonElement batch, string name) => batch.GetProperty(name).ValueKind == JsonValueKind.Null;

    public void Dispose() => Client.Dispose();
}
