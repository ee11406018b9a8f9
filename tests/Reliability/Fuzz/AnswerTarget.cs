using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Protocols.Events;
using QwenChat.Streaming;
using QwenChat.Tests.Protocols;

namespace QwenChat.Tests.Reliability.Fuzz;

/// <summary>
/// Fuzzes the reader of one API's answers, streamed or not. The result or error must not depend on how the bytes are split. Every API must be able to
/// send the result as history.
/// </summary>
internal sealed class AnswerTarget(string name, QwenApi api, string model, bool stream) : FuzzTarget(name, stream ? SeedFiles.Streams : SeedFiles.Bodies)
{
    private readonly IChatProtocol _protocol = ChatProtocol.For(api, model);

    protected override void Read(byte[] input)
    {
        if (!stream)
        {
            Use(Replay.Body(_protocol, input));
            return;
        }
        var (whole, outcome) = Stream(input, int.MaxValue);
        foreach (int piece in (int[])[1, 5, 1 + input.Length / 2])
        {
            var (deltas, other) = Stream(input, piece);
            Demand(outcome == other, $"In pieces of {piece} bytes, the answer ended with {other} instead of {outcome}.");
            Demand(Replay.Describe(whole) == Replay.Describe(deltas),
                $"In pieces of {piece} bytes, the answer is\n{Replay.Describe(deltas)}\ninstead of\n{Replay.Describe(whole)}");
        }
        Use(Replay.Fold(whole));
    }

    private (List<ChatDelta> Deltas, string Outcome) Stream(byte[] input, int piece)
    {
        var reader = _protocol.NewReader();
        var deltas = new List<ChatDelta>();
        using var parser = new EventParser(1 << 24);
        try
        {
            for (int at = 0; at < input.Length; at += Math.Min(piece, input.Length))
            {
                parser.Append(input.AsSpan(at, Math.Min(piece, input.Length - at)));
                Drain(parser, reader, deltas);
            }
            parser.Complete();
            Drain(parser, reader, deltas);
            return (deltas, reader.IsFinished || reader.End(deltas) ? "a complete answer" : "an incomplete answer");
        }
        catch (QwenException failure)
        {
            return (deltas, $"{failure.Kind}, {failure.Status}, {failure.Code}: {failure.Message}");
        }
    }

    private static void Drain(EventParser parser, IAnswerReader reader, List<ChatDelta> deltas)
    {
        while (!reader.IsFinished && parser.TryRead(out var one))
            reader.ReadEvent(one, deltas);
    }

    private void Use(ReplyBuilder answer)
    {
        var items = _protocol.WriteAnswer(answer, DateTimeOffset.UnixEpoch);
        foreach (var item in items)
            Demand(item.Text is not null && item.Content is not null, "An item has no text or no content.");
        var path = new TurnPath().Append(new QwenTurn(1, items, 0));
        foreach (var protocol in (QwenApi[])[QwenApi.Responses, QwenApi.ChatCompletions, QwenApi.DashScope])
        {
            var other = ChatProtocol.For(protocol, model);
            var moved = TranscriptReader.Read(_protocol, items).SelectMany(draft => other.WriteMessage(draft, DateTimeOffset.UnixEpoch)).ToArray();
            var request = new ChatRequest { Model = model, Options = new QwenOptions(), History = other == _protocol ? new HistorySlice(path, 0)
                : default, Input = moved };
            using var json = System.Text.Json.JsonDocument.Parse(other.WriteRequest(request).ToArray());
        }
    }
}
