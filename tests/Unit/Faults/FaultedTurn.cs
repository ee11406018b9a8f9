using System.Security;
using QwenChat.Http;

namespace QwenChat.Tests.Faults;

/// <summary>
/// A conversation of one turn whose second turn goes wrong: from the client through transport, reader, protocol and fold, on a clock that
/// only the test moves.
/// </summary>
internal sealed class FaultedTurn
{
    /// <summary>How often a request is sent again in these tests, at most.</summary>
    public const int Retries = 2;

    private readonly FakeTime _time;
    private readonly Wire _wire;
    private readonly QwenClient _client;
    private readonly QwenConversation _conversation;
    private readonly QwenTurn _first;
    private readonly Recorded _recorded;
    private readonly WireItems _items = new();

    public FaultedTurn(Recorded recorded)
    {
        _recorded = recorded;
        _time = new FakeTime(recorded.At);
        _wire = new Wire(_items) { CarriesOut = true };
        var connection = QwenConnection.To(new Uri("https://dashscope-intl.aliyuncs.com"), Key()) with { MaximumRetryCount = Retries };
        var transport = new Transport(connection, _wire, _time, new Steady());
        _client = new QwenClient(connection, _time, _ => transport);
        _conversation = _client.NewConversation(recorded.Api, new QwenOptions { Model = "qwen-plus" });
        _wire.Play([recorded.Answer]);
        Complete(_client.SendAsync(_conversation, "First"));
        _wire.CarriesOut = false;
        _first = _conversation.Path.Last!;
    }

    /// <summary>Plays one case.</summary>
    public static Outcome Play(Recorded recorded, params WireAnswer[] answers) => new FaultedTurn(recorded).Send(false, answers);

    /// <summary>Sends the second turn; each attempt gets the next of the answers, and later ones the last.</summary>
    /// <param name="carriesOut">Whether the service adds the turn to its conversation object although the answer goes wrong.</param>
    /// <param name="answers">The answers.</param>
    public Outcome Send(bool carriesOut, params WireAnswer[] answers)
    {
        _wire.CarriesOut = carriesOut;
        _wire.Play(answers);
        var outcome = new Outcome { Waits = Complete(ReadAsync(out var read)) };
        (outcome.Reply, outcome.Failure, outcome.Streamed) = read();
        outcome.Attempts = _wire.Attempts;
        outcome.AllClosed = _wire.AllClosed;
        outcome.MostBytesRead = _wire.MostBytesRead;
        outcome.Turns = _conversation.Path.Count;
        outcome.FirstKept = _conversation.Path[0] == _first && _conversation.Pending.Count == 0;
        return outcome;
    }

    private Task ReadAsync(out Func<(QwenReply?, Exception?, string)> result)
    {
        (QwenReply?, Exception?, string) read = default;
        result = () => read;
        return RunAsync();

        async Task RunAsync()
        {
            var streamed = new System.Text.StringBuilder();
            try
            {
                if (!_recorded.Stream)
                {
                    read = (await _client.SendAsync(_conversation, "Second"), null, "");
                    return;
                }
                await foreach (var delta in _client.StreamAsync(_conversation, "Second"))
                {
                    if (delta.Kind == QwenReplyDeltaKind.Text)
                        streamed.Append(delta.Text);
                    read.Item1 = delta.Reply;
                }
                read.Item3 = streamed.ToString();
            }
            catch (Exception failure)
            {
                read = (null, failure, streamed.ToString());
            }
        }
    }

    private IReadOnlyList<TimeSpan> Complete(Task task)
    {
        var waits = task.IsCompleted ? [] : _time.RunAsync(task).GetAwaiter().GetResult();
        task.GetAwaiter().GetResult();
        return waits;
    }

    private static SecureString Key()
    {
        var key = new SecureString();
        foreach (char c in "sk-test")
            key.AppendChar(c);
        return key;
    }

    private sealed class Steady : Random
    {
        public override double NextDouble() => 1;
    }
}
