using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Xunit;

namespace QwenChat.Tests.Emulator;

/// <summary>A plain HTTP client with its own emulator. Requests and responses do not pass through QwenChat's client.</summary>
internal sealed class EmulatorClient : IDisposable
{
    public const string Chat = "/compatible-mode/v1/chat/completions";
    public const string Responses = "/compatible-mode/v1/responses";
    public const string Conversations = "/compatible-mode/v1/conversations";
    private readonly HttpClient _http;

    public EmulatorClient(QwenEmulatorOptions? options = null)
    {
        Emulator = QwenEmulator.Start(options);
        // By default, HttpClient keeps the connection open for two more seconds when a response is abandoned during streaming.
        _http = new HttpClient(new SocketsHttpHandler { MaxResponseDrainSize = 0 }) { BaseAddress = Emulator.BaseUri, Timeout = TimeSpan.FromSeconds(20) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
    }

    public QwenEmulator Emulator { get; }

    public string Key => new NetworkCredential("", Emulator.ApiKey).Password;

    public HttpClient Http => _http;

    public Task<HttpResponseMessage> PostAsync(string path, string body, CancellationToken stop = default) =>
        SendAsync(HttpMethod.Post, path, body, stop);

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body = null, CancellationToken stop = default)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
    }

    public async Task<JsonElement> PostJsonAsync(string path, string body, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var response = await PostAsync(path, body);
        return await ReadAsync(response, status);
    }

    public async Task<JsonElement> GetJsonAsync(string path, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var response = await SendAsync(HttpMethod.Get, path);
        return await ReadAsync(response, status);
    }

    public async Task<JsonElement> DeleteJsonAsync(string path, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var response = await SendAsync(HttpMethod.Delete, path);
        return await ReadAsync(response, status);
    }

    public async Task<string> PostTextAsync(string path, string body)
    {
        using var response = await PostAsync(path, body);
        return await response.Content.ReadAsStringAsync();
    }

    /// <summary>Sends one turn with the Responses API.</summary>
    public Task<JsonElement> RespondAsync(string input, string? previous = null, string model = "qwen-plus") =>
        PostJsonAsync(Responses, $$"""{"model":"{{model}}","input":"{{input}}"{{(previous is null ? "" : $",\"previous_response_id\":\"{previous}\"")}}}""");

    public static string OutputText(JsonElement response) => string.Concat(
        response.GetProperty("output").EnumerateArray()
            .Where(item => item.GetProperty("type").GetString() == "message")
            .SelectMany(item => item.GetProperty("content").EnumerateArray())
            .Select(part => part.GetProperty("text").GetString()));

    public static async Task WaitUntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!condition())
            await Task.Delay(5, limit.Token);
    }

    public void Dispose()
    {
        _http.Dispose();
        Emulator.Dispose();
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, $"{(int)response.StatusCode}: {text}");
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
