using System.Text;
using QwenChat.Protocols;
using QwenChat.Protocols.Events;
using QwenChat.Streaming;

namespace QwenChat.Tests.Protocols;

/// <summary>Reads an answer with a protocol's reader, without a transport.</summary>
internal static class Replay
{
    public static ReplyBuilder Fold(IEnumerable<ChatDelta> deltas)
    {
        var fold = new ReplyBuilder();
        foreach (var delta in deltas)
            fold.Add(delta);
        return fold;
    }

    public static ReplyBuilder Body(IChatProtocol protocol, byte[] body)
    {
        var deltas = new List<ChatDelta>();
        protocol.NewReader().ReadBody(body, deltas);
        return Fold(deltas);
    }

    public static ReplyBuilder Body(IChatProtocol protocol, string body) => Body(protocol, Encoding.UTF8.GetBytes(body));

    public static ReplyBuilder Stream(IChatProtocol protocol, string text) => Stream(protocol, Encoding.UTF8.GetBytes(text));

    public static ReplyBuilder Stream(IChatProtocol protocol, byte[] bytes) => Fold(Deltas(protocol, bytes));

    /// <summary>Returns the deltas of a complete stream whose bytes arrive in two chunks, split at the specified position.</summary>
    public static List<ChatDelta> Deltas(IChatProtocol protocol, byte[] bytes, int cutAt = 0)
    {
        var (deltas, isWhole) = Read(protocol, bytes, cutAt);
        return isWhole ? deltas : throw new QwenException(QwenErrorKind.StreamBroken, "The stream is not complete.");
    }

    private static (List<ChatDelta> Deltas, bool IsWhole) Read(IChatProtocol protocol, byte[] bytes, int cutAt)
    {
        var reader = protocol.NewReader();
        var deltas = new List<ChatDelta>();
        using var parser = new EventParser(1 << 24);
        parser.Append(bytes.AsSpan(0, cutAt));
        Drain(parser, reader, deltas);
        parser.Append(bytes.AsSpan(cutAt));
        Drain(parser, reader, deltas);
        parser.Complete();
        Drain(parser, reader, deltas);
        return (deltas, reader.IsFinished || reader.End(deltas));
    }

    private static void Drain(EventParser parser, IAnswerReader reader, List<ChatDelta> deltas)
    {
        while (!reader.IsFinished && parser.TryRead(out var serverEvent))
            reader.ReadEvent(serverEvent, deltas);
    }

    /// <summary>Returns one line per delta with its fields, to compare two lists of deltas.</summary>
    public static string Describe(IEnumerable<ChatDelta> deltas)
    {
        var text = new StringBuilder();
        foreach (var d in deltas)
        {
            text.Append(d.Kind).Append('|').Append(d.Text).Append('|').Append(d.Id).Append('|').Append(d.Name).Append('|').Append(d.Index).Append('|')
                .Append(d.Time).Append('|')
                .Append(d.Item is null ? "" : Encoding.UTF8.GetString(d.Item.Json.Span)).Append('|').Append(d.Usage).Append('|').Append(d.SearchResult)
                .Append('|').Append(d.State).Append('\n');
        }
        return text.ToString();
    }
}
