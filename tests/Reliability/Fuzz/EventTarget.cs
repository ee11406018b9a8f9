using System.Text;
using QwenChat.Protocols.Events;

namespace QwenChat.Tests.Reliability.Fuzz;

/// <summary>
/// Fuzzes the event reader. It must return the same events regardless of how the bytes are split, and no event may exceed the maximum size.
/// </summary>
internal sealed class EventTarget() : FuzzTarget("events", SeedFiles.Streams)
{
    private const int MaximumEventBytes = 4096;

    protected override void Read(byte[] input)
    {
        string whole = Events(input, int.MaxValue);
        foreach (int piece in (int[])[1, 3, 1 + input.Length / 2])
        {
            string pieces = Events(input, piece);
            Demand(whole == pieces, $"In pieces of {piece} bytes, the result is\n{pieces}\ninstead of\n{whole}");
        }
    }

    private static string Events(byte[] input, int piece)
    {
        var text = new StringBuilder();
        using var parser = new EventParser(MaximumEventBytes);
        try
        {
            for (int at = 0; at < input.Length; at += piece)
            {
                parser.Append(input.AsSpan(at, Math.Min(piece, input.Length - at)));
                Drain(parser, text);
                if (piece > input.Length)
                    break;
            }
            parser.Complete();
            Drain(parser, text);
        }
        catch (QwenException tooLarge)
        {
            // The split determines how many bytes are read before the error, but not the kind of error.
            text.Append(tooLarge.Kind);
        }
        return text.ToString();
    }

    private static void Drain(EventParser parser, StringBuilder text)
    {
        while (parser.TryRead(out var one))
        {
            Demand(one.Data.Length <= MaximumEventBytes, $"An event has {one.Data.Length} bytes.");
            text.Append(Encoding.Latin1.GetString(one.Type.Span)).Append('|').Append(Encoding.Latin1.GetString(one.Data.Span)).Append('|').Append(one.Status)
                .Append('\n');
        }
    }
}
