using System.Security;
using QwenChat.Http;
using QwenChat.Turn;

namespace QwenChat.Tests.Faults;

/// <summary>Sends the second turn of a conversation with a fault. Only the service and the clock are simulated.</summary>
internal sealed class FaultedTurn
{
    public const int Retries = 2;

    private readonly FakeTime _time;
    private readonly Wire _wire;
    private readonly QwenClient _client;
    private readonly QwenConversation _conversation;
    private readonly QwenTurn _first;
    private readonly Recorded _recorded;
    private readonly WireItems _items = new();

    private FaultedTurn(Recorded recorded)
    {
        _recorded = recorded;
        _time = new FakeTime(recorded.At);
        _wire = new Wire(_items, _time) { CarriesOut = true, AnswerText = recorded.Text };
        var connection = QwenConnection.To(new Uri("https://dashscope-intl.aliyuncs.com"), Key()) with { MaximumRetryCount = Retries };
        var transport = new Transport(connection, _wire, _time, new Steady());
        _client = new QwenClient(connection, _time, _ => transport);
        _conversation = _client.NewConversation(recorded.Api, new QwenOptions { Model = "qwen-plus" });
        _wire.Play([recorded.Answer]);
        Complete(_client.SendAsync(_conversation, "First"));
        _first = _conversation.Path.Last!;
    }

    /// <summary>Sends the turn, and returns the outcome. Each attempt gets the next answer.</summary>
    public static Outcome Play(Recorded recorded, params WireAnswer[] answers) => Play(recorded, carriesOut: false, answers);

    /// <inheritdoc cref="Play(Recorded, WireAnswer[])"/>
    /// <param name="recorded">The answer without a fault.</param>
    /// <param name="carriesOut">Whether the service adds the turn to its conversation object although the answer fails.</param>
    /// <param name="answers">The answer to each attempt; the last answer is also used for later attempts.</param>
    public static Outcome Play(Recorded recorded, bool carriesOut, params WireAnswer[] answers)
    {
        // Without a context, continuations run immediately on this thread. xunit's context would run them on another thread, after the clock has advanced.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return new FaultedTurn(recorded).Send(carriesOut, answers);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private Outcome Send(bool carriesOut, WireAnswer[] answers)
    {
        (_wire.CarriesOut, _wire.AnswerText) = (carriesOut, WireItems.AnswerText);
        _wire.Play(answers);
        var outcome = new Outcome { Waits = Complete(ReadAsync(out var read)) };
        (outcome.Reply, outcome.Failure, outcome.Streamed) = read();
        outcome.Attempts = _wire.Attempts;
        outcome.AllClosed = _wire.AllClosed;
        outcome.MostBytesRead = _wire.MostBytesRead;
        outcome.Turns = _conversation.Path.Count;
        outcome.FirstKept = _conversation.Path[0] == _first && _conversation.Pending.Count == 0;
        outcome.Next = SendNext;
        return outcome;
    }

    /// <summary>Sends another turn. Returns the failure, or null if the turn succeeds at the first attempt.</summary>
    private string? SendNext()
    {
        int turns = _conversation.Path.Count;
        (_wire.CarriesOut, _wire.AnswerText) = (true, _recorded.Text);
        _wire.Play([_recorded.Answer]);
        var sending = _client.SendAsync(_conversation, "Next");
        if (!((IAsyncResult)sending).AsyncWaitHandle.WaitOne(TimeSpan.FromSeconds(10)))
            return "the next turn did not complete within 10 s";
        if (sending.IsFaulted)
            return $"the next turn failed: {sending.Exception!.GetBaseException().Message}";
        if (_conversation.Path.Count != turns + 1 || _wire.Attempts != 1)
            return $"the next turn was sent {_wire.Attempts} times and left {_conversation.Path.Count} turns";
        int items = _conversation.Path.From(0).Count() * 2;
        return _recorded.Api != QwenApi.Conversations || _items.Count == items ? null : $"the service has {_items.Count} items instead of {items}";
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
