using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace QwenChat.Benchmarks;

/// <summary>
/// A streamed answer whose first chunk of text is its send time. Pauses before and after this chunk let the client read the chunk separately.
/// The clock of <see cref="Stopwatch"/> is the same for all processes on a machine.
/// </summary>
internal sealed partial class StampedAnswer
{
    /// <summary>The number of digits of a time stamp, and the minimum length of a chunk that can contain it.</summary>
    public const int Digits = 20;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    private readonly byte[] _head;
    private readonly byte[] _first;
    private readonly byte[] _rest;
    private readonly int _stamp;

    private StampedAnswer(byte[] head, byte[] first, byte[] rest, int stamp) => (_head, _first, _rest, _stamp) = (head, first, rest, stamp);

    /// <summary>Creates the answer; returns null if no chunk is long enough for a time stamp.</summary>
    public static StampedAnswer? Of(string head, string[] chunks)
    {
        for (int i = 0; i < chunks.Length; i++)
        {
            if (Text().Match(chunks[i]) is { Success: true } match)
            {
                return new StampedAnswer(Encoding.UTF8.GetBytes(head + string.Concat(chunks[..i])), Encoding.UTF8.GetBytes(chunks[i]),
                    Encoding.UTF8.GetBytes(string.Concat(chunks[(i + 1)..]) + "0\r\n\r\n"), match.Groups[1].Index);
            }
        }
        return null;
    }

    public void Send(Socket client)
    {
        AnswerServer.SendAll(client, _head);
        Thread.Sleep(s_pause);
        byte[] first = _first.ToArray();
        Utf8Formatter.TryFormat(Stopwatch.GetTimestamp(), first.AsSpan(_stamp), out _, new StandardFormat('D', Digits));
        AnswerServer.SendAll(client, first);
        Thread.Sleep(s_pause);
        AnswerServer.SendAll(client, _rest);
    }

    [GeneratedRegex("\"(?:content|delta)\":\"([a-z]{19} )\"")]
    private static partial Regex Text();
}
