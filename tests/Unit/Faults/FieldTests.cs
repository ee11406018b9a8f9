using System.Text;
using System.Text.Json.Nodes;
using Xunit;
using Xunit.Abstractions;

namespace QwenChat.Tests.Faults;

/// <summary>
/// Tests answers in which one field is missing or has a wrong type. If the field does not carry the answer, the reply must not change. No field may add
/// text that the service did not send.
/// </summary>
public class FieldTests(ITestOutputHelper output)
{
    private const string Foreign = "x";
    private const string Mark = "\"(here)\"";
    private static readonly string[] s_values = ["null", "true", "7", "-1e999", $"\"{Foreign}\"", "\"\"", "[]", "{}", "[[]]", "[{}]", "{\"a\":1}", "[null,7]"];

    // Fields that contain the answer, or that identify the part to which a delta belongs.
    private static readonly HashSet<string> s_carriers =
    [
        "$", "choices", "delta", "message", "content", "reasoning_content", "finish_reason", "output",
        "type", "response", "item", "text", "summary", "status", "item_id", "id", "content_index", "part",
    ];

    private readonly FaultCases _cases = new(output);

    public static TheoryData<QwenApi, bool> Everywhere => FaultCases.Everywhere;

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void A_field_of_a_wrong_type_never_results_in_text_that_was_not_sent(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        foreach (var (name, isCarrier, body) in Changed(recorded))
        {
            var outcome = FaultedTurn.Play(recorded, recorded.Answer with { Body = Encoding.UTF8.GetBytes(body) });
            // With an index other than 0, the delta belongs to a different choice.
            bool mayDiffer = isCarrier || (name.Contains(".index = 7", StringComparison.Ordinal) && api is QwenApi.ChatCompletions);
            _cases.Add(name, mayDiffer ? Unsound(outcome, recorded) : outcome.NotWhole(recorded, 1));
        }
        _cases.Check();
    }

    private static string? Unsound(Outcome outcome, Recorded recorded)
    {
        if (outcome.Broken() is { } broken)
            return broken;
        if (outcome.Reply is null)
            return outcome.Kind is QwenErrorKind.ProtocolError or QwenErrorKind.StreamBroken or QwenErrorKind.ServiceUnavailable ? null : outcome.ToString();
        string said = outcome.Reply.Text.Replace(Foreign, "", StringComparison.Ordinal);
        // A changed id or part index assigns the text to a different item or part, so the reply may contain the text twice.
        return IsSubsequence(said, recorded.Text + recorded.Text) ? null : $"'{said}' was not sent";
    }

    private static bool IsSubsequence(string said, string whole)
    {
        int at = 0;
        foreach (char c in whole)
        {
            if (at < said.Length && said[at] == c)
                at++;
        }
        return at == said.Length;
    }

    private static IEnumerable<(string Name, bool IsCarrier, string Body)> Changed(Recorded recorded)
    {
        if (!recorded.Stream)
        {
            foreach (var (name, isCarrier, json) in Changed(Encoding.UTF8.GetString(recorded.Bytes)))
                yield return (name, isCarrier, json);
            yield break;
        }
        var events = recorded.Events;
        for (int i = 0; i < events.Count; i++)
        {
            int at = events[i].IndexOf('{', StringComparison.Ordinal);
            if (at < 0)
                continue;
            foreach (var (name, isCarrier, json) in Changed(events[i][at..]))
                yield return ($"event {i + 1} {name}", isCarrier,
                    string.Concat(events.Take(i)) + events[i][..at] + json + "\n\n" + string.Concat(events.Skip(i + 1)));
        }
    }

    private static IEnumerable<(string Name, bool IsCarrier, string Json)> Changed(string json)
    {
        foreach (string path in Paths(JsonNode.Parse(json)!))
        {
            foreach (string value in s_values.Append(""))
            {
                var root = JsonNode.Parse(json)!;
                string changed = path == "$" ? value : Set(root, path, value).ToJsonString().Replace(Mark, value, StringComparison.Ordinal);
                yield return ($"{path} = {(value.Length == 0 ? "nothing" : value)}", s_carriers.Contains(Name(path)), changed);
            }
        }
    }

    /// <summary>Returns the field's name; an array element has the name of its array.</summary>
    private static string Name(string path)
    {
        string last = path.Split('.')[^1];
        int bracket = last.IndexOf('[', StringComparison.Ordinal);
        return bracket < 0 ? last : last[..bracket];
    }

    private static IEnumerable<string> Paths(JsonNode node)
    {
        yield return node.GetPath();
        var children = node switch
        {
            JsonObject fields => fields.Select(field => field.Value is null ? [node.GetPath() + "." + field.Key] : Paths(field.Value)),
            JsonArray items => items.Where(item => item is not null).Select(item => Paths(item!)),
            _ => [],
        };
        foreach (string path in children.SelectMany(paths => paths))
            yield return path;
    }

    private static JsonNode Set(JsonNode root, string path, string value)
    {
        var node = root;
        string[] steps = path.Replace("[", ".[", StringComparison.Ordinal).Split('.')[1..];
        foreach (string step in steps[..^1])
            node = step[0] == '[' ? node![int.Parse(step[1..^1], System.Globalization.CultureInfo.InvariantCulture)] : node![step];
        string last = steps[^1];
        // The values are inserted as text, because -1e999 is a valid number in JSON but not in .NET.
        var parsed = JsonValue.Create(Mark[1..^1]);
        if (node is JsonArray array)
        {
            int index = int.Parse(last[1..^1], System.Globalization.CultureInfo.InvariantCulture);
            if (value.Length == 0)
                array.RemoveAt(index);
            else
                array[index] = parsed;
        }
        else if (value.Length == 0)
            node!.AsObject().Remove(last);
        else
            node![last] = parsed;
        return root;
    }
}
