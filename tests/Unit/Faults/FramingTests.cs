using System.Text;
using Xunit;
using Xunit.Abstractions;

namespace QwenChat.Tests.Faults;

/// <summary>Tests that an answer does not depend on how its bytes are split or how its lines end.</summary>
public class FramingTests(ITestOutputHelper output)
{
    private readonly FaultCases _cases = new(output);

    public static TheoryData<QwenApi, bool> Everywhere => FaultCases.Everywhere;

    public static TheoryData<QwenApi, bool> Streams => FaultCases.Streams;

    private static readonly (string Name, Func<string, string> Change)[] s_forms =
    [
        ("as recorded", text => text),
        ("CR LF", text => text.Replace("\n", "\r\n", StringComparison.Ordinal)),
        ("CR", text => text.Replace("\n", "\r", StringComparison.Ordinal)),
        ("no space", text => text.Replace("data: ", "data:", StringComparison.Ordinal)),
        ("a space", text => text.Replace("data:{", "data: {", StringComparison.Ordinal)),
        ("a byte order mark", text => "\uFEFF" + text),
        ("no blank lines", text => text.Replace("\n\n", "\n", StringComparison.Ordinal)),
        ("three blank lines", text => text.Replace("\n\n", "\n\n\n\n", StringComparison.Ordinal)),
        ("blank lines first", text => "\n\n\n" + text),
        ("comments between", text => text.Replace("\n\n", "\n\n: still here\n\n", StringComparison.Ordinal)),
        ("unknown fields", text => text.Replace("\n\n", "\nretry: 3000\nnobody: knows\nalone\n\n", StringComparison.Ordinal)),
        ("no last blank line", text => text.TrimEnd('\n')),
        ("unknown events between", text => text.Replace("\n\n", "\n\nevent: ping\ndata: {\"type\":\"ping\"}\n\n", StringComparison.Ordinal)),
    ];

    [Theory]
    [MemberData(nameof(Streams))]
    public void Every_framing_in_pieces_of_every_size_gives_the_same_answer(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        foreach (var (name, change) in s_forms)
        {
            byte[] changed = Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(recorded.Bytes)));
            foreach (int chunk in (int[])[1, 2, 3, 5, 64, int.MaxValue])
                _cases.Add($"{name} by {chunk}", FaultedTurn.Play(recorded, recorded.Answer with { Body = changed, Chunk = chunk }).NotWhole(recorded, 1));
        }
        _cases.Check();
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void Splitting_an_answer_in_two_does_not_change_it(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        for (int at = 1; at < recorded.Bytes.Length; at++)
            _cases.Add($"at {at}", FaultedTurn.Play(recorded, recorded.Answer with { Split = at }).NotWhole(recorded, 1));
        _cases.Check();
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void Reading_an_answer_byte_by_byte_does_not_change_it(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        _cases.Add("byte by byte", FaultedTurn.Play(recorded, recorded.Answer with { Chunk = 1 }).NotWhole(recorded, 1));
        _cases.Check();
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void A_byte_order_mark_and_spaces_before_an_answer_are_ignored(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        foreach (string before in (string[])["\uFEFF", "\uFEFF\r\n", " \t\n", ""])
        {
            foreach (int chunk in (int[])[1, 2, 3, 4, int.MaxValue])
            {
                byte[] changed = [.. Encoding.UTF8.GetBytes(before), .. recorded.Bytes];
                // In a stream, spaces at the beginning of a line belong to the field name, so they are tested only without streaming.
                if (!stream || before is "" or "\uFEFF")
                    _cases.Add($"{before.Length} before, by {chunk}", FaultedTurn.Play(recorded, recorded.Answer with { Body = changed, Chunk = chunk })
                        .NotWhole(recorded, 1));
            }
        }
        _cases.Check();
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void The_content_of_an_answer_matters_and_not_its_content_type(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        foreach (string type in (string[])["application/json", "text/event-stream", "text/html", "text/plain; charset=iso-8859-1", "application/octet-stream"])
            _cases.Add(type, FaultedTurn.Play(recorded, recorded.Answer with { ContentType = type }).NotWhole(recorded, 1));
        // A service may answer a streaming request with a single body, or a non-streaming request with a stream.
        var other = Recorded.Of(api, !stream);
        foreach (string type in (string[])["application/json", "text/event-stream"])
            _cases.Add($"the other form as {type}", FaultedTurn.Play(recorded, other.Answer with { ContentType = type }).NotWhole(other, 1));
        _cases.Check();
    }
}
