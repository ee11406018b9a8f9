using BenchmarkDotNet.Attributes;
using QwenChat.Connection;
using QwenChat.Model;
using QwenChat.Policy;
using QwenChat.Protocols;

namespace QwenChat.Benchmarks;

/// <summary>Measures the work before a request: planning the turn, writing its body, and estimating its tokens, with 2 KB per message.</summary>
public class RequestBenchmarks
{
    private readonly QwenOptions _options = new() { Model = "qwen3.6-plus" };
    private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;
    private QwenConversation _conversation = null!;
    private IReadOnlyList<QwenItem> _input = [];
    private IChatProtocol _protocol = null!;
    private QwenContextPolicy _policy = null!;

    [Params("ChatCompletions", "DashScope", "Responses")]
    public string Api { get; set; } = "";

    [Params(10, 1000)]
    public int Turns { get; set; }

    [GlobalSetup]
    public void MakeHistory()
    {
        var api = Enum.Parse<QwenApi>(Api);
        _protocol = ChatProtocol.For(api, _options.Model!);
        _conversation = new QwenConversation(api, new ConnectionTarget().Resolve(new ConnectionEnvironment(_ => null, _ => "")), _options) { Stateless = true };
        string words = string.Concat(Enumerable.Repeat("What is to be seen there? ", 80))[..2048];
        for (int number = 1; number <= Turns; number++)
        {
            QwenItem[] items = [.. Said(number + words), .. _protocol.WriteMessage(new MessageDraft("assistant", [DraftPart.OfText(words)]), _now)];
            _conversation.Append(new QwenTurn(number, items, 1) { Model = _options.Model, CreatedAt = _now }, 0);
        }
        _input = Said(words);
        _policy = new QwenContextPolicy { KeepTurns = 20 };
    }

    /// <summary>Assembles the parts of a request body. The parts are copied only when the request is sent.</summary>
    [Benchmark]
    public long ProtocolWriter() => _protocol.WriteRequest(new ChatRequest
    {
        Model = _options.Model!,
        Options = _options,
        History = new HistorySlice(_conversation.Path, 0),
        Input = _input,
        Store = false,
    }).Length;

    /// <summary>Writes a new message as the API's JSON.</summary>
    [Benchmark]
    public int MessageWriter() => Said("What is to be seen there?").Count;

    /// <summary>Plans the turns of the request, with a policy that keeps the last 20 turns.</summary>
    [Benchmark]
    public int Planner()
    {
        _conversation.ContextPolicy = _policy;
        var context = new ContextAssembler(_conversation, _options, null, false, null!, null!, new NoticeQueue());
        return context.Preview(_input).First;
    }

    /// <summary>Estimates the tokens of the request. The count of each turn is computed once and then reused.</summary>
    [Benchmark]
    public long Estimate()
    {
        _conversation.ContextPolicy = null;
        return new ContextAssembler(_conversation, _options, null, false, null!, null!, new NoticeQueue()).EstimateInput(SelectedContext.Whole, _input);
    }

    private IReadOnlyList<QwenItem> Said(string text) => _protocol.WriteMessage(new MessageDraft("user", [DraftPart.OfText(text)]), _now);
}
