#pragma warning disable OPENAI001 // The package calls its Responses client experimental.
using System.ClientModel;
using System.Text.Json;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Responses;
using Xunit;

namespace QwenChat.Tests.Emulator;

/// <summary>
/// Tests that the official OpenAI package runs a tool loop with the emulator: one call, two calls in one response, and three calls in a row, streamed
/// and not.
/// </summary>
public sealed class OpenAIToolLoopTests : IDisposable
{
    private const string Question = "How is it?";
    private static readonly BinaryData s_schema = BinaryData.FromString(ToolClient.Schema);
    private readonly EmulatorClient _client;
    private readonly List<string> _ran = [];
    private int _rounds;
    private int _callsPerRound;

    public OpenAIToolLoopTests() => _client = new EmulatorClient(new QwenEmulatorOptions { Reply = (prompt, _) => Reply(prompt) });

    public static TheoryData<bool, int, int> Loops => new()
    {
        { false, 1, 1 }, { false, 1, 2 }, { false, 3, 1 }, { true, 1, 1 }, { true, 1, 2 }, { true, 3, 1 },
    };

    public void Dispose() => _client.Dispose();

    [Theory]
    [MemberData(nameof(Loops))]
    public async Task The_package_runs_a_chat_loop(bool stream, int rounds, int callsPerRound)
    {
        (_rounds, _callsPerRound) = (rounds, callsPerRound);
        var chat = new ChatClient("qwen-plus", new ApiKeyCredential(_client.Key), new OpenAIClientOptions { Endpoint = _client.Emulator.CompatibleUri });
        var options = new ChatCompletionOptions { AllowParallelToolCalls = true, Tools = { ChatTool.CreateFunctionTool("weather", "The weather.", s_schema) } };
        var messages = new List<ChatMessage> { new UserChatMessage(Question) };
        for (int round = 0; ; round++)
        {
            var (text, calls, end) = stream ? await StreamAsync(chat, messages, options) : await AskAsync(chat, messages, options);
            Assert.Equal(round < rounds ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop, end);
            if (calls.Count == 0)
            {
                Check(text, round);
                return;
            }
            messages.Add(new AssistantChatMessage(calls));
            foreach (var call in calls)
                messages.Add(new ToolChatMessage(call.Id, Run(call.FunctionName, call.FunctionArguments)));
        }
    }

    [Theory]
    [MemberData(nameof(Loops))]
    public async Task The_package_runs_a_responses_loop(bool stream, int rounds, int callsPerRound)
    {
        (_rounds, _callsPerRound) = (rounds, callsPerRound);
        var responses = new ResponsesClient(new ApiKeyCredential(_client.Key), new ResponsesClientOptions { Endpoint = _client.Emulator.CompatibleUri });
        var items = new List<ResponseItem> { ResponseItem.CreateUserMessageItem(Question) };
        for (int round = 0; ; round++)
        {
            var options = new CreateResponseOptions("qwen-plus", items) { StreamingEnabled = stream };
            options.Tools.Add(ResponseTool.CreateFunctionTool("weather", s_schema, strictModeEnabled: false, "The weather."));
            var response = stream ? await StreamAsync(responses, options) : (await responses.CreateResponseAsync(options)).Value;
            Assert.Equal(ResponseStatus.Completed, response.Status);
            var calls = response.OutputItems.OfType<FunctionCallResponseItem>().ToArray();
            if (calls.Length == 0)
            {
                Check(response.GetOutputText(), round);
                return;
            }
            foreach (var call in calls)
            {
                items.Add(call);
                items.Add(ResponseItem.CreateFunctionCallOutputItem(call.CallId, Run(call.FunctionName, call.FunctionArguments)));
            }
        }
    }

    /// <summary>Requests the expected number of tool calls in each round, and then answers with their ids and results.</summary>
    private QwenEmulatorReply Reply(QwenEmulatorPrompt prompt)
    {
        var results = prompt.Messages.Where(message => message.Role == "tool").ToArray();
        int round = results.Length / _callsPerRound;
        if (round == _rounds)
            return string.Join("; ", results.Select(result => $"{result.ToolCallId}: {result.Text}"));
        return new QwenEmulatorReply
        {
            ToolCalls = Enumerable.Range(0, _callsPerRound)
                .Select(call => new QwenToolCall("", prompt.Tools[0].Name, $$"""{"city":"Town {{round}}.{{call}}"}""")).ToArray(),
        };
    }

    private string Run(string name, BinaryData arguments)
    {
        Assert.Equal("weather", name);
        using var json = JsonDocument.Parse(arguments);
        _ran.Add(json.RootElement.GetProperty("city").GetString()!);
        return $"{_ran[^1]} is sunny";
    }

    private void Check(string text, int rounds)
    {
        Assert.Equal(_rounds, rounds);
        string[] cities = Enumerable.Range(0, _rounds).SelectMany(round => Enumerable.Range(0, _callsPerRound).Select(call => $"Town {round}.{call}"))
            .ToArray();
        Assert.Equal(cities, _ran);
        Assert.Equal(string.Join("; ", cities.Select((city, index) => $"call_{index + 1}: {city} is sunny")), text);
    }

    private static async Task<(string Text, IReadOnlyList<ChatToolCall> Calls, ChatFinishReason? End)> AskAsync(
        ChatClient chat, List<ChatMessage> messages, ChatCompletionOptions options)
    {
        ChatCompletion answer = await chat.CompleteChatAsync(messages, options);
        return (string.Concat(answer.Content.Select(part => part.Text)), answer.ToolCalls, answer.FinishReason);
    }

    private static async Task<(string Text, IReadOnlyList<ChatToolCall> Calls, ChatFinishReason? End)> StreamAsync(
        ChatClient chat, List<ChatMessage> messages, ChatCompletionOptions options)
    {
        string text = "";
        ChatFinishReason? end = null;
        var calls = new SortedDictionary<int, (string Id, string Name, string Arguments)>();
        await foreach (var update in chat.CompleteChatStreamingAsync(messages, options))
        {
            text += string.Concat(update.ContentUpdate.Select(part => part.Text));
            end ??= update.FinishReason;
            foreach (var piece in update.ToolCallUpdates)
            {
                var call = calls.GetValueOrDefault(piece.Index, ("", "", ""));
                // Only the first chunk of a call has an id and a name (wire §14.2).
                calls[piece.Index] = (string.IsNullOrEmpty(piece.ToolCallId) ? call.Item1 : piece.ToolCallId,
                    string.IsNullOrEmpty(piece.FunctionName) ? call.Item2 : piece.FunctionName, call.Item3 + piece.FunctionArgumentsUpdate);
            }
        }
        return (text, calls.Values.Select(call => ChatToolCall.CreateFunctionToolCall(call.Id, call.Name, BinaryData.FromString(call.Arguments))).ToArray(),
            end);
    }

    private static async Task<ResponseResult> StreamAsync(ResponsesClient responses, CreateResponseOptions options)
    {
        ResponseResult? response = null;
        await foreach (var update in await responses.CreateResponseStreamingAsync(options))
            response = update is StreamingResponseCompletedUpdate completed ? completed.Response : response;
        return Assert.IsType<ResponseResult>(response);
    }
}
