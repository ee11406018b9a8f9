using System.Text;
using BenchmarkDotNet.Attributes;
using QwenChat.Http;
using QwenChat.Protocols;
using QwenChat.Protocols.Events;
using QwenChat.Streaming;

namespace QwenChat.Benchmarks;

/// <summary>Reads a streamed answer: bytes to events, events to deltas, and deltas to the answer. Results are per event.</summary>
public class EventBenchmarks
{
    private const int Count = 20_000;

    private readonly List<ChatDelta> _deltas = [];
    private byte[] _stream = [];
    private ServerSentEvent[] _events = [];
    private List<ChatDelta> _pieces = [];

    [Params("ChatCompletions", "DashScope", "Responses")]
    public string Api { get; set; } = "";

    [GlobalSetup]
    public void MakeStream()
    {
        string[] pieces = Enumerable.Range(0, Count).Select(number => "word" + (char)('a' + number % 26) + " ").ToArray();
        _stream = Encoding.UTF8.GetBytes(string.Concat(new AnswerForm(Enum.Parse<Api>(Api)).Events(pieces)));
        var parser = new EventParser(int.MaxValue);
        parser.Append(_stream);
        var events = new List<ServerSentEvent>();
        while (parser.TryRead(out var one))
            events.Add(new ServerSentEvent(one.Type.ToArray(), one.Data.ToArray(), one.Status));
        _events = [.. events];
        Read(_pieces = []);
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public async Task<int> EventReader()
    {
        using var reader = new EventReader(new MemoryStream(_stream), int.MaxValue);
        int count = 0;
        while (await reader.ReadAsync(default).ConfigureAwait(false))
            count += reader.Current.Data.Length;
        return count;
    }

    /// <summary>Reads the events with the API's protocol. Allocates a string for the text of each event: 40 bytes for 6 characters.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public int AnswerReader() => Read(null);

    [Benchmark(OperationsPerInvoke = Count)]
    public bool Fold()
    {
        var fold = new ReplyBuilder();
        foreach (var piece in _pieces)
            fold.Add(piece);
        return fold.HasText;
    }

    private int Read(List<ChatDelta>? pieces)
    {
        var reader = Protocol().NewReader();
        int count = 0;
        foreach (var one in _events)
        {
            reader.ReadEvent(one, _deltas);
            count += _deltas.Count;
            pieces?.AddRange(_deltas);
            _deltas.Clear();
        }
        return count;
    }

    private IChatProtocol Protocol() => ChatProtocol.For(Enum.Parse<QwenApi>(Api), "qwen3.6-plus");
}
