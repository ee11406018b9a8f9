using System.Text;
using Xunit;
using Xunit.Abstractions;

namespace QwenChat.Tests.Faults;

/// <summary>Tests chunks that are not framed as server-sent events. Every chunk must be read or cause an error.</summary>
public class FormTests(ITestOutputHelper output)
{
    private readonly FaultCases _cases = new(output);

    public static TheoryData<QwenApi, bool> Streams => FaultCases.Streams;

    public static TheoryData<QwenApi, bool> Bodies => FaultCases.Bodies;

    private static readonly (string Name, string ContentType, Func<IReadOnlyList<string>, string> Write)[] s_forms =
    [
        ("lines", "application/x-ndjson", chunks => string.Join('\n', chunks) + "\n"),
        ("lines under another type", "text/event-stream", chunks => string.Join("\r\n", chunks)),
        ("concatenated", "application/json", string.Concat),
        ("an array", "application/json", chunks => "[" + string.Join(',', chunks) + "]"),
        ("an array in lines", "application/json", chunks => "[\n" + string.Join(",\n", chunks) + "\n]\n"),
        ("records", "application/json-seq", chunks => string.Concat(chunks.Select(chunk => "\u001e" + chunk + "\n"))),
        ("data twice", "text/event-stream", chunks => string.Concat(chunks.Select(chunk => $"data: data: {chunk}\n\n"))),
        ("no field names", "text/event-stream", chunks => ": hello\n\n" + string.Concat(chunks.Select(chunk => chunk + "\n\n"))),
        ("some without field names", "text/event-stream", chunks => string.Concat(chunks.Select((chunk, i) => (i % 2 == 0 ? "data: " : "") + chunk + "\n\n"))),
        ("two in an event", "text/event-stream", chunks => string.Concat(chunks.Chunk(2).Select(two => "data: " + string.Concat(two) + "\n\n"))),
        ("two in an event with a blank", "text/event-stream",
            chunks => string.Concat(chunks.Chunk(2).Select(two => "data: " + string.Join(' ', two) + "\n\n"))),
    ];

    [Theory]
    [MemberData(nameof(Streams))]
    public void Chunks_in_other_forms_give_the_same_answer(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        string[] chunks = [.. recorded.Events.Select(Data).Where(data => data.StartsWith('{'))];
        foreach (var (name, type, write) in s_forms)
        {
            foreach (int chunk in (int[])[1, 3, int.MaxValue])
            {
                var answer = recorded.Answer with { Body = Encoding.UTF8.GetBytes(write(chunks)), ContentType = type, Chunk = chunk };
                _cases.Add($"{name} by {chunk}", FaultedTurn.Play(recorded, answer).NotWhole(recorded, 1));
            }
        }
        _cases.Check();
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void An_error_in_any_form_is_an_error(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        string begun = Encoding.UTF8.GetString(recorded.Bytes[..recorded.EventEnds[^4]]);
        const string error = """{"error":{"code":"server_error","message":"Oops","type":"server_error"}}""";
        foreach (string line in (string[])[$"error: {error}\n\n", $"error:{error}\n\n", $"{error}\n\n", $"{error}", "error: Oops\n\n",
            $"event: error\n{error}\n\n"])
        {
            var outcome = FaultedTurn.Play(recorded, recorded.Answer with { Body = Encoding.UTF8.GetBytes(begun + line) });
            bool isBare = line.StartsWith("error: O", StringComparison.Ordinal);
            string? wrong = outcome.NotFailed(isBare ? QwenErrorKind.ProtocolError : QwenErrorKind.ServiceUnavailable, 1);
            _cases.Add(line, wrong ?? (outcome.Failure!.Message.Contains("Oops", StringComparison.Ordinal) ? null : outcome.Failure.Message));
        }
        _cases.Check();
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Data_after_a_body_is_rejected(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        string body = Encoding.UTF8.GetString(recorded.Bytes).TrimEnd();
        foreach (string behind in (string[])["x", "</html>", "\nnull", "\n" + body, body])
        {
            var outcome = FaultedTurn.Play(recorded, recorded.Answer with { Body = Encoding.UTF8.GetBytes(body + behind) });
            _cases.Add(behind[..1], outcome.NotFailed(QwenErrorKind.ProtocolError, 1));
        }
        foreach (string behind in (string[])["", "\n", "\r\n\r\n", "\0", " [DONE]"])
            _cases.Add(behind, FaultedTurn.Play(recorded, recorded.Answer with { Body = Encoding.UTF8.GetBytes(body + behind) }).NotWhole(recorded, 1));
        _cases.Check();
    }

    private static string Data(string serverEvent) =>
        serverEvent.Split('\n').Where(line => line.StartsWith("data:", StringComparison.Ordinal)).Select(line => line[5..].Trim()).FirstOrDefault("");
}
