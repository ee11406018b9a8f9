using System.Text;
using System.Text.Json;
using Xunit;

namespace QwenChat.Tests.Emulator;

public sealed class CacheTests : IDisposable
{
    private static readonly string s_knowledge = string.Join(' ', Enumerable.Repeat("word", 1200));
    private readonly EmulatorClient _client = new();

    public void Dispose() => _client.Dispose();

    private async Task<JsonElement> AskAsync(string question)
    {
        string body =
            $$$"""{"model":"qwen-plus","messages":[{"role":"system","content":[{"type":"text","text":"{{{s_knowledge}}}","cache_control":"""
            + $$$"""{"type":"ephemeral"}}]},{"role":"user","content":"{{{question}}}"}]}""";
        return (await _client.PostJsonAsync(EmulatorClient.Chat, body)).GetProperty("usage").GetProperty("prompt_tokens_details");
    }

    private static (int Cached, int Created) Read(JsonElement details) =>
        (details.GetProperty("cached_tokens").GetInt32(), details.GetProperty("cache_creation_input_tokens").GetInt32());

    [Fact]
    public async Task A_marked_prefix_is_written_once_and_then_read()
    {
        Assert.Equal((0, 1205), Read(await AskAsync("One?")));
        var second = await AskAsync("Two?");
        Assert.Equal((1205, 0), Read(second));
        Assert.Equal("ephemeral", second.GetProperty("cache_type").GetString());
    }

    [Fact]
    public async Task A_marked_prefix_expires_five_minutes_after_its_last_use()
    {
        await AskAsync("One?");
        _client.Emulator.AdvanceClock(TimeSpan.FromMinutes(4));
        Assert.Equal((1205, 0), Read(await AskAsync("Two?")));
        _client.Emulator.AdvanceClock(TimeSpan.FromMinutes(4));
        Assert.Equal((1205, 0), Read(await AskAsync("Three?")));
        _client.Emulator.AdvanceClock(TimeSpan.FromMinutes(6));
        Assert.Equal((0, 1205), Read(await AskAsync("Four?")));
    }

    [Fact]
    public async Task A_session_is_cached_if_its_header_requests_it()
    {
        async Task<JsonElement> SayAsync(string text, string previous)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, EmulatorClient.Responses);
            request.Headers.Add("x-dashscope-session-cache", "enable");
            request.Content = new StringContent($$"""{"model":"qwen-plus","input":"{{text}}"{{previous}}}""", Encoding.UTF8, "application/json");
            using var response = await _client.Http.SendAsync(request);
            using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            return document.RootElement.Clone();
        }
        var first = await SayAsync(s_knowledge, "");
        var second = await SayAsync("And?", $",\"previous_response_id\":\"{first.GetProperty("id").GetString()}\"");
        var details = second.GetProperty("usage").GetProperty("x_details")[0].GetProperty("prompt_tokens_details");
        Assert.True(details.GetProperty("cached_tokens").GetInt32() > 1200);
        Assert.True(details.GetProperty("cache_creation_input_tokens").GetInt32() > 0);
    }
}
