using System.Text;
using Xunit;
using Xunit.Abstractions;

namespace QwenChat.Tests.Faults;

/// <summary>Tests that answers of any size are read in bounded time and memory, or are rejected.</summary>
public class SizeTests(ITestOutputHelper output)
{
    private const int Megabyte = 1 << 20;
    private const int MaximumEvent = 32 * Megabyte;
    private const int MaximumAnswer = 128 * Megabyte;
    private readonly FaultCases _cases = new(output);

    public static TheoryData<QwenApi, bool> Everywhere => FaultCases.Everywhere;

    public static TheoryData<QwenApi, bool> Streams => FaultCases.Streams;

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void Eight_megabytes_in_one_event_are_read(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        string large = new('x', 8 * Megabyte);
        byte[] changed = Encoding.UTF8.GetBytes(WithText(recorded, large));
        long before = GC.GetAllocatedBytesForCurrentThread();
        var outcome = FaultedTurn.Play(recorded, recorded.Answer with { Body = changed });
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        _cases.Add("8 MB", outcome.Broken()
            ?? (outcome.Reply?.Text.Contains(large, StringComparison.Ordinal) == true ? null : $"{outcome.Reply?.Text.Length} characters"));
        // The body, the delta, the reply builder, the item and the reply each have a copy with up to two bytes per character. Growing buffers need more.
        _cases.Add("memory", allocated < 24L * changed.Length ? null : $"{allocated / Megabyte} MB were allocated for {changed.Length / Megabyte} MB");
        _cases.Check();
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void An_oversized_event_is_an_error(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        byte[] changed = Encoding.UTF8.GetBytes("data: {\"text\":\"" + new string('x', 40 * Megabyte));
        var outcome = FaultedTurn.Play(recorded, recorded.Answer with { Body = changed });
        _cases.Add("40 MB", outcome.NotFailed(QwenErrorKind.ProtocolError, 1));
        _cases.Add("read", outcome.MostBytesRead < MaximumEvent + Megabyte + MaximumEvent ? null : $"{outcome.MostBytesRead} bytes were read");
        _cases.Check();
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void An_oversized_answer_is_an_error(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        string begin = stream ? "data: {}\n\n" : "{\"text\":\"";
        byte[] changed = new byte[MaximumAnswer + 2 * Megabyte];
        changed.AsSpan().Fill((byte)'x');
        for (int i = 1000; stream && i < changed.Length; i += 1000)
            "\n: "u8.CopyTo(changed.AsSpan(i - 3));
        Encoding.UTF8.GetBytes(begin).CopyTo(changed, 0);
        var outcome = FaultedTurn.Play(recorded, recorded.Answer with { Body = changed });
        _cases.Add("130 MB", outcome.NotFailed(QwenErrorKind.ProtocolError, 1));
        _cases.Add("read", outcome.MostBytesRead <= MaximumAnswer + Megabyte ? null : $"{outcome.MostBytesRead} bytes were read");
        _cases.Check();
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_million_empty_events_are_skipped(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        foreach (string empty in (string[])["\n", ":\n\n", "data:\n\n", "data: {}\n\n", "event: ping\n\n", "id: 7\n\n"])
        {
            byte[] one = Encoding.UTF8.GetBytes(empty);
            byte[] changed = new byte[(one.Length * 1_000_000) + recorded.Bytes.Length];
            for (int i = 0; i < 1_000_000; i++)
                one.CopyTo(changed, i * one.Length);
            recorded.Bytes.CopyTo(changed, one.Length * 1_000_000);
            long before = GC.GetAllocatedBytesForCurrentThread();
            var outcome = FaultedTurn.Play(recorded, recorded.Answer with { Body = changed });
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            _cases.Add(empty.TrimEnd(), outcome.NotWhole(recorded, 1));
            // One object per event would take at least 24 MB.
            _cases.Add("memory for " + empty.TrimEnd(), allocated < 1 * Megabyte ? null : $"{allocated / Megabyte} MB were allocated");
        }
        _cases.Check();
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void Deep_nesting_is_rejected_or_ignored(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        foreach (int depth in (int[])[10, 60, 70, 1000, 100_000, 1_000_000])
        {
            foreach (var (open, close) in ((string, string)[])[("[", "]"), ("{\"a\":", "}")])
            {
                string nested = string.Concat(Enumerable.Repeat(open, depth)) + "1" + string.Concat(Enumerable.Repeat(close, depth));
                byte[] changed = Encoding.UTF8.GetBytes(WithField(recorded, nested));
                var outcome = FaultedTurn.Play(recorded, recorded.Answer with { Body = changed });
                // .NET's JSON reader accepts a depth of 64, including the levels of the event itself.
                _cases.Add($"{open} {depth} deep", depth < 61 ? outcome.NotWhole(recorded, 1) : outcome.NotFailed(QwenErrorKind.ProtocolError, 1));
            }
        }
        _cases.Check();
    }

    /// <summary>Returns the answer with different text in its first delta.</summary>
    private static string WithText(Recorded recorded, string text)
    {
        string all = Encoding.UTF8.GetString(recorded.Bytes);
        int length = recorded.Text.Length;
        while (!all.Contains('"' + recorded.Text[..length] + '"', StringComparison.Ordinal))
            length--;
        return all.Replace('"' + recorded.Text[..length], '"' + text, StringComparison.Ordinal);
    }

    /// <summary>Returns the answer with an unknown field at the start of its first object.</summary>
    private static string WithField(Recorded recorded, string json)
    {
        string all = Encoding.UTF8.GetString(recorded.Bytes);
        int at = all.IndexOf('{', StringComparison.Ordinal) + 1;
        return all[..at] + "\"nobody_knows\":" + json + "," + all[at..];
    }
}
