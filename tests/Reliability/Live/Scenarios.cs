using QwenChat.Cost;
using QwenChat.History;
using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Recall;
using QwenChat.Turn;

namespace QwenChat.Tests.Reliability.Live;

/// <summary>
/// Runs conversations with all four APIs, requests embeddings, and sends requests that the service rejects at no cost. Short answers and a common
/// cost limit keep the cost at a few cents.
/// </summary>
public sealed class Scenarios
{
    private const string Model = "qwen3.6-plus";
    private const string VisionModel = "qwen3-vl-plus";
    private const string NoModel = "no-such-model-for-qwenchat";
    private const string Picture = "https://help-static-aliyun-doc.aliyuncs.com/file-manage-files/zh-CN/20251031/ownrof/f26d201b1e3f4e62ab4a1fc82dd5c9bb.png";

    private static readonly QwenOptions s_short = new() { Model = Model, Thinking = QwenThinking.Off, MaxOutputTokens = 200 };

    private readonly QwenConnection _connection;
    private readonly Transport _transport;
    private readonly TimeProvider _time;
    private readonly QwenClient _client;
    private readonly Ledger _ledger = new();
    private readonly Budget _budget;
    private readonly Action<string> _begin;
    private readonly List<Step> _steps = [];
    private string _scenario = "";

    /// <param name="connection">The connection.</param>
    /// <param name="handler">The handler that sends to the service or replays a recording.</param>
    /// <param name="time">The clock; in a replay, the clock of the recording.</param>
    /// <param name="costLimit">The maximum total cost, in the currency of the model's price.</param>
    /// <param name="begin">Called when a conversation begins.</param>
    public Scenarios(QwenConnection connection, HttpMessageHandler handler, TimeProvider time, decimal costLimit, Action<string> begin)
    {
        // A loopback address has no region and therefore no prices. The cost limit then uses the prices of Singapore.
        _connection = connection.RegionKind is null ? connection with { RegionKind = QwenRegion.Singapore } : connection;
        _transport = new Transport(_connection, handler, time, Random.Shared);
        _time = time;
        _client = new QwenClient(_connection, time, _ => _transport);
        _budget = new Budget("session", _ledger, costLimit, null);
        _begin = begin;
    }

    /// <summary>The cost of the requests whose prices are known.</summary>
    public string Cost => string.Join(", ", _ledger.Costs.Select(cost => FormattableString.Invariant($"{cost.Value:0.######} {cost.Key}")));

    public long Tokens => _ledger.Tokens;

    /// <summary>Runs all scenarios. A failure is recorded as a step, and the remaining scenarios still run.</summary>
    public async Task<IReadOnlyList<Step>> RunAsync()
    {
        await ResponsesAsync();
        await ConversationsAsync();
        await MessagesAsync(QwenApi.ChatCompletions, "chat");
        await MessagesAsync(QwenApi.DashScope, "native");
        await EmbeddingsAsync();
        await RefusalsAsync();
        return _steps;
    }

    private async Task ResponsesAsync()
    {
        Begin("responses");
        var conversation = _client.NewConversation(QwenApi.Responses, s_short);
        await SayAsync(conversation, "My name is John, please remember it.");
        await SayAsync(conversation, "Do you remember my name?", stream: true);
        string last = conversation.LastResponseId ?? "";
        var stored = _client.Responses(new NoticeQueue());
        await DoAsync("read the response", async () => (await stored.ReadAsync(last, default)).OutputItems.Count + " output items");
        await DoAsync("read its chain", async () => (await stored.ReadTurnsAsync(last, default)).Count + " turns");
        await DoAsync("delete it", async () =>
        {
            await stored.DeleteAsync(last, default);
            return "deleted";
        });
        await DoAsync("read it again", async () => (await stored.ReadAsync(last, default)).Id, shouldFail: true);
    }

    private async Task ConversationsAsync()
    {
        Begin("conversations");
        var conversation = _client.NewConversation(QwenApi.Conversations,
            s_short with { Instructions = "You are a travel advisor who specializes in recommending travel destinations." });
        var service = new ConversationsApi(_connection, _transport, new NoticeQueue());
        await DoAsync("create a conversation", async () =>
        {
            await _client.CreateAtServiceAsync(conversation, new NoticeQueue(), default);
            return conversation.Id.Length > 0 ? "created" : "";
        });
        await SayAsync(conversation, "Recommend a city suitable for summer travel.");
        await SayAsync(conversation, "What are the must-try foods there?", stream: true);
        await DoAsync("add an item", async () =>
        {
            var sync = new RemoteObject(conversation, _connection, _transport, _time, new NoticeQueue());
            return (await sync.AppendAsync(Written("Additional info: I prefer coastal cities."), default)).Count + " added";
        });
        await DoAsync("list the items", async () => (await service.ReadAllItemsAsync(conversation.Id, default)).Count + " items");
        await SayAsync(conversation, "Recommend another.");
        await DoAsync("delete the items", async () =>
        {
            var items = await service.ReadAllItemsAsync(conversation.Id, default);
            // The items are deleted one by one, because concurrent requests could have a different order in a replay.
            foreach (var item in items)
                await service.DeleteItemAsync(conversation.Id, item.Id!, default);
            return items.Count + " deleted";
        });
        await DoAsync("delete the conversation", async () =>
        {
            await service.DeleteAsync(conversation.Id, default);
            return "deleted";
        });

        IReadOnlyList<QwenItem> Written(string text) =>
            ChatProtocol.For(QwenApi.Conversations, Model).WriteMessage(MessageDraft.OfText("user", text), _time.GetUtcNow());
    }

    private async Task MessagesAsync(QwenApi api, string name)
    {
        Begin(name);
        var conversation = _client.NewConversation(api, s_short);
        await SayAsync(conversation, "Recommend a sci-fi movie about space exploration.");
        await SayAsync(conversation, "Who is the director of this movie?", stream: true);
        var thinking = _client.NewConversation(api, s_short with { Thinking = QwenThinking.On, ThinkingBudget = 100 });
        await SayAsync(thinking, "What is 17 times 3?", stream: true);
        Begin(name + "-picture");
        var vision = _client.NewConversation(api, new QwenOptions { Model = VisionModel, MaxOutputTokens = 200 });
        await SayAsync(vision, "What products are shown in the image?", picture: Picture);
        await SayAsync(vision, "What style are they?", stream: true);
    }

    private async Task EmbeddingsAsync()
    {
        Begin("embeddings");
        string[] texts = ["The wind is keen, the sky is high.", "Code changes the world."];
        await EmbedAsync("two texts", new EmbeddingRequest { Model = EmbeddingCalls.DefaultModel, Texts = texts, Dimensions = 64 }, native: false);
        await EmbedAsync("two texts, natively",
            new EmbeddingRequest { Model = EmbeddingCalls.DefaultModel, Texts = texts, Dimensions = 64, TextType = "document" }, native: true);
        await EmbedAsync("a query", new EmbeddingRequest
        {
            Model = EmbeddingCalls.DefaultModel, Texts = ["What changes the world?"], TextType = "query",
                Instruct = "Given a question, retrieve passages that answer it",
        }, native: true);
        var tooMany = new EmbeddingRequest { Model = EmbeddingCalls.DefaultModel,
            Texts = [.. Enumerable.Repeat("One too many.", EmbeddingProtocol.UsualTextsPerRequest + 1)] };
        await EmbedAsync("eleven texts", tooMany, native: false, shouldFail: true);
        await EmbedAsync("eleven texts, natively", tooMany, native: true, shouldFail: true);
    }

    private Task EmbedAsync(string what, EmbeddingRequest request, bool native, bool shouldFail = false) => DoAsync("embed " + what, async () =>
    {
        var answer = await new EmbeddingCalls(_connection, _transport, new CallBill(null, [_budget]), new NoticeQueue()).EmbedAsync(request, native, default);
        return $"{answer.Vectors.Count} of {answer.Whole()[0].Length} numbers";
    }, shouldFail);

    private async Task RefusalsAsync()
    {
        Begin("refused");
        foreach (var api in (QwenApi[])[QwenApi.Responses, QwenApi.ChatCompletions, QwenApi.DashScope])
        {
            foreach (bool stream in (bool[])[false, true])
                await SayAsync(_client.NewConversation(api, new QwenOptions { Model = NoModel }), $"{api}?", stream, exists: false);
        }
        await DoAsync("read a missing response",
            async () => (await _client.Responses(new NoticeQueue()).ReadAsync("resp_00000000-0000-0000-0000-000000000000", default)).Id, shouldFail: true);
        await DoAsync("read a missing conversation",
            async () => (await new ConversationsApi(_connection, _transport, new NoticeQueue()).ReadAsync("conv_00000000", default)).Id, shouldFail: true);
    }

    private void Begin(string scenario) => _begin(_scenario = scenario);

    private Task SayAsync(QwenConversation conversation, string text, bool stream = false, string? picture = null, bool exists = true) =>
        DoAsync(text, async () =>
    {
        DraftPart[] parts = picture is null ? [DraftPart.OfText(text)] : [new DraftPart("image", picture), DraftPart.OfText(text)];
        var turn = new TurnRequest { Message = new MessageDraft("user", parts), Stream = stream, Budgets = exists ? [_budget] : [] };
        await foreach (var delta in _client.RunAsync(conversation, turn, new NoticeQueue(), default))
        {
            if (delta.Reply is { } reply)
                return reply.Text;
        }
        throw new InvalidOperationException("A turn ends with its reply or with an exception.");
    }, shouldFail: !exists);

    private async Task DoAsync(string what, Func<Task<string>> work, bool shouldFail = false)
    {
        try
        {
            _steps.Add(new Step(_scenario, what, await work(), Failed: false, shouldFail));
        }
        catch (QwenException failure)
        {
            _steps.Add(new Step(_scenario, what, $"{failure.Kind} ({failure.Status}, {failure.Code}): {failure.Message}", Failed: true, shouldFail));
        }
    }
}
