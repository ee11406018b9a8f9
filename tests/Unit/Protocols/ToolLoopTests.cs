using System.Text;
using QwenChat.Catalogue;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Protocols.Tools;
using QwenChat.Streaming;
using QwenChat.Tests.Emulator;
using Xunit;

namespace QwenChat.Tests.Protocols;

/// <summary>Tests that the strict emulator accepts the tool fields of the protocols, and that its answers can be read.</summary>
public sealed class ToolLoopTests
{
    private static readonly ToolDefinition s_weather = ToolDefinition.Of("weather", "The weather.", ToolClient.Schema);
    private static readonly ToolDefinition s_time = ToolDefinition.Of("time", null, null);

    public static TheoryData<QwenApi, string, bool> Ways()
    {
        var ways = new TheoryData<QwenApi, string, bool>();
        foreach (bool stream in (bool[])[false, true])
        {
            ways.Add(QwenApi.Responses, "qwen3.7-plus", stream);
            ways.Add(QwenApi.ChatCompletions, "qwen-plus", stream);
            ways.Add(QwenApi.ChatCompletions, "glm-5.2", stream);
            ways.Add(QwenApi.DashScope, "qwen-plus", stream);
            ways.Add(QwenApi.DashScope, "qwen3.6-plus", stream);
        }
        return ways;
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Rounds_of_calls_lead_to_an_answer(QwenApi api, string model, bool stream)
    {
        QwenEmulatorReply[] rounds =
        [
            new("Wait.") { ToolCalls = [new QwenToolCall("a", "weather", """{"city":"Rom"}"""), new QwenToolCall("b", "time", "{}")] },
            new() { ToolCalls = [new QwenToolCall("c", "weather", """{"city":"Os""")] },
            "Sunny.",
        ];
        var seen = new List<QwenEmulatorPrompt>();
        using var client = new EmulatorClient(new QwenEmulatorOptions
        {
            Reply = (prompt, _) =>
            {
                seen.Add(prompt);
                return rounds[seen.Count - 1];
            },
        });
        var request = Request(api, model, stream, s_weather, s_time);

        var first = await SendAsync(client, api, request);
        Assert.Equal(("Wait.", QwenReplyState.Completed), (first.Text, first.State));
        Assert.Equal(rounds[0].ToolCalls, first.ToolCalls);
        request = request with { Input = [.. request.Input, .. Results(api, model, first, ("a", "22 °C"), ("b", "12:00"))] };

        var second = await SendAsync(client, api, request);
        Assert.Equal([new QwenToolCall("c", "weather", """{"city":"Os""")], second.ToolCalls);
        request = request with { Input = [.. request.Input, .. Results(api, model, second, ("c", "The arguments are cut off."))] };

        var third = await SendAsync(client, api, request);
        Assert.Equal(("Sunny.", 0), (third.Text, third.ToolCalls.Count));
        Assert.Equal(["weather", "time"], seen[2].Tools.Select(tool => tool.Name));
        Assert.Equal([("a", "22 °C"), ("b", "12:00"), ("c", "The arguments are cut off.")],
            seen[2].Messages.Where(message => message.Role == "tool").Select(message => (message.ToolCallId!, message.Text)));
        Assert.Equal(["""{"city":"Rom"}""", "{}", "{}"], seen[2].Messages.SelectMany(message => message.ToolCalls).Select(call => call.Arguments));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_choice_is_applied_and_can_be_dropped(QwenApi api, string model, bool stream)
    {
        using var client = new EmulatorClient();
        var request = Request(api, model, stream, s_weather, s_time) with
        {
            ToolChoice = ToolChoice.Of("weather"),
            Options = new QwenOptions { Thinking = QwenThinking.Off },
        };
        ToolRules.Check(api, request);
        var forced = await SendAsync(client, api, request);
        Assert.Equal([new QwenToolCall("call_1", "weather", """{"city":"city"}""")], forced.ToolCalls);
        request = request with { ToolChoice = null, Input = [.. request.Input, .. Results(api, model, forced, ("call_1", "22 °C"))] };
        var answer = await SendAsync(client, api, request);
        Assert.Contains("The tool returned: \"22 °C\".", answer.Text, StringComparison.Ordinal);

        var never = await SendAsync(client, api, Request(api, model, stream, s_weather) with { ToolChoice = ToolChoice.None });
        Assert.Empty(never.ToolCalls);
        Assert.NotEqual("", never.Text);
    }

    private static ChatRequest Request(QwenApi api, string model, bool stream, params ToolDefinition[] tools) => new()
    {
        Model = model,
        Facts = ModelCatalogue.Find(model),
        Options = new QwenOptions(),
        Stream = stream,
        Input = ChatProtocol.For(api, model).WriteMessage(MessageDraft.OfText("user", "How is it?"), DateTimeOffset.UnixEpoch),
        Tools = tools,
    };

    private static IReadOnlyList<QwenItem> Results(QwenApi api, string model, ReplyBuilder answer, params (string Id, string Text)[] results) =>
        ToolRound.Write(ChatProtocol.For(api, model), answer, results.ToDictionary(result => result.Id, result => result.Text), DateTimeOffset.UnixEpoch);

    private static async Task<ReplyBuilder> SendAsync(EmulatorClient client, QwenApi api, ChatRequest request)
    {
        var protocol = ChatProtocol.For(api, request.Model);
        string native = request.Model == "qwen3.6-plus" ? "multimodal" : "text";
        string path = api switch
        {
            QwenApi.ChatCompletions => EmulatorClient.Chat,
            QwenApi.DashScope => $"/api/v1/services/aigc/{native}-generation/generation",
            _ => EmulatorClient.Responses,
        };
        using var message = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(protocol.WriteRequest(request).ToArray()) };
        if (request.Stream && api == QwenApi.DashScope)
            message.Headers.Add("X-DashScope-SSE", "enable");
        using var response = await client.Http.SendAsync(message);
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        Assert.True(response.IsSuccessStatusCode, Encoding.UTF8.GetString(body));
        return request.Stream ? Replay.Stream(protocol, body) : Replay.Body(protocol, body);
    }
}
