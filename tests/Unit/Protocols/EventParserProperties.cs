using System.Text;
using FsCheck;
using FsCheck.Fluent;
using QwenChat.Protocols.Events;
using Xunit;

namespace QwenChat.Tests.Protocols;

/// <summary>Checks rules that apply to every stream of events. FsCheck generates streams and splits, and shrinks counterexamples.</summary>
public class EventParserProperties
{
    private static readonly string[] s_lineEnds = ["\n", "\r\n", "\r"];
    private static readonly string[] s_data = ["{\"a\":1}", "{\"a\":\"}\\\"\"}", "[DONE]", "plain", "", "{}", "中文 😀", "{\"a\":{\"b\":[]}}"];

    private sealed record Case(string?[] Types, string[] Data, string LineEnd, bool Space, int[] Cuts)
    {
        public IReadOnlyList<(string Type, string Data)> Events => Data.Select((data, i) => (Types[i % Types.Length] ?? "", data)).ToArray();

        public byte[] Bytes => Encoding.UTF8.GetBytes(string.Concat(Events.Select(one =>
            (one.Type.Length == 0 ? "" : $"event:{Blank}{one.Type}{LineEnd}") + $"data:{Blank}{one.Data}{LineEnd}{LineEnd}")));

        private string Blank => Space ? " " : "";
    }

    private static Arbitrary<Case> Cases =>
        (from types in Gen.NonEmptyListOf(Gen.Elements(null, "result", "response.created", "error"))
         from data in Gen.NonEmptyListOf(Gen.Elements(s_data))
         from lineEnd in Gen.Elements(s_lineEnds)
         from space in Gen.Elements(true, false)
         from cuts in Gen.ListOf(Gen.Choose(0, 400))
         select new Case([.. types], [.. data], lineEnd, space, [.. cuts])).ToArbitrary();

    private static void Holds(Action<Case> check) => Prop.ForAll(Cases, check).Check(Config.QuickThrowOnFailure.WithMaxTest(500).WithQuietOnSuccess(true));

    [Fact]
    public void Exactly_the_written_events_are_read() => Holds(one => Assert.Equal(one.Events, Read(one.Bytes, one.Cuts)));

    [Fact]
    public void A_stream_that_ends_early_results_in_only_its_first_events() => Holds(one =>
    {
        byte[] bytes = one.Bytes;
        int end = bytes.Length * 2 / 3;
        var read = Read(bytes[..end], one.Cuts);
        var expected = one.Events;
        // Only the end of JSON can be detected, so the last event may be truncated if it is not JSON.
        for (int i = 0; i < read.Count - 1; i++)
            Assert.Equal(expected[i], read[i]);
        Assert.True(read.Count <= expected.Count);
        if (read.Count > 0 && read[^1].Data.StartsWith('{'))
            Assert.Equal(expected[read.Count - 1].Data, read[^1].Data);
    });

    private static List<(string Type, string Data)> Read(byte[] bytes, int[] cuts)
    {
        var events = new List<(string, string)>();
        using var parser = new EventParser(1 << 20);
        int from = 0;
        foreach (int cut in cuts.Where(cut => cut < bytes.Length).Order().Append(bytes.Length))
        {
            parser.Append(bytes.AsSpan(from, cut - from));
            from = cut;
            Drain();
        }
        parser.Complete();
        Drain();
        return events;

        void Drain()
        {
            while (parser.TryRead(out var one))
                events.Add((Encoding.UTF8.GetString(one.Type.Span), Encoding.UTF8.GetString(one.Data.Span)));
        }
    }
}
