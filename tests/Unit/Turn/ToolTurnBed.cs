using QwenChat.History;
using QwenChat.Model;
using QwenChat.Protocols.Tools;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.Turn;

/// <summary>Conversations with an emulator whose model makes scripted tool calls, and a caller that runs the calls.</summary>
public abstract class ToolTurnBed : IDisposable
{
    private readonly Queue<QwenEmulatorReply> _script = new();
    private readonly QwenEmulator _emulator;
    private readonly QwenClient _client;

    protected ToolTurnBed()
    {
        _emulator = QwenEmulator.Start(new QwenEmulatorOptions
        {
            Reply = (prompt, _) =>
            {
                Prompts.Add(prompt);
                return _script.Count > 0 ? _script.Dequeue() : $"After {prompt.Messages.Count}.";
            },
        });
        _client = new QwenClient(QwenConnection.To(_emulator.BaseUri, _emulator.ApiKey) with { MaximumRetryCount = 0 });
    }

    /// <summary>All APIs, streamed and not.</summary>
    public static TheoryData<QwenApi, bool> Ways
    {
        get
        {
            var ways = new TheoryData<QwenApi, bool>();
            foreach (var api in Enum.GetValues<QwenApi>())
            {
                ways.Add(api, false);
                ways.Add(api, true);
            }
            return ways;
        }
    }

    public void Dispose()
    {
        _emulator.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected QwenEmulator Emulator => _emulator;

    private protected QwenClient Client => _client;

    /// <summary>The model's input, request by request.</summary>
    private protected List<QwenEmulatorPrompt> Prompts { get; } = [];

    private protected NoticeQueue Notices { get; } = new();

    /// <summary>Returns the caller's result for a call. Text that begins with ! is an error.</summary>
    private protected Func<QwenToolCall, string> Tool { get; set; } = call => $"{call.Name} says {call.Arguments}";

    private protected QwenConversation New(QwenApi api) =>
        _client.NewConversation(api, new QwenOptions { Model = "qwen3.7-plus", Thinking = QwenThinking.Off });

    private protected void Script(params QwenEmulatorReply[] replies)
    {
        foreach (var reply in replies)
            _script.Enqueue(reply);
    }

    private protected static QwenEmulatorReply Calling(params (string Id, string Name, string Arguments)[] calls) =>
        new() { ToolCalls = [.. calls.Select(call => new QwenToolCall(call.Id, call.Name, call.Arguments))] };

    private protected static TurnRequest Request(string message, bool stream = false, int rounds = 10) => new()
    {
        Message = MessageDraft.OfText("user", message),
        Stream = stream,
        Tools = [ToolDefinition.Of("weather", "The weather.", """{"type":"object","properties":{"city":{"type":"string"}}}"""),
            ToolDefinition.Of("time", null, null)],
        MaximumToolRounds = rounds,
        Budgets = [],
    };

    private protected async Task<QwenReply> SendAsync(QwenConversation conversation, TurnRequest request)
    {
        await foreach (var piece in _client.RunAsync(conversation, request, Notices, default))
        {
            piece.Run?.Answer(piece.Run.Calls.Select(Answered).ToArray());
            if (piece.Reply is { } reply)
                return reply;
        }
        throw new InvalidOperationException("A turn ends with its reply or with an exception.");
    }

    private protected async Task<string[]> AtServiceAsync(QwenConversation conversation)
    {
        var items = new List<string>();
        await foreach (var item in RemoteObject.For(conversation, null, Notices).ReadItemsAsync(newestFirst: false, null, 100, default))
            items.Add($"{item.Role}: {item.Text}");
        return [.. items];
    }

    private QwenToolCall Answered(QwenToolCall call)
    {
        string text = Tool(call);
        return text.StartsWith('!') ? call with { Error = text[1..], Duration = TimeSpan.FromMilliseconds(1) }
            : call with { Result = text, Duration = TimeSpan.FromMilliseconds(1) };
    }
}
