using System.Text.Json;
using System.Text.RegularExpressions;

namespace QwenChat.Tests.Reliability.Live;

/// <summary>The statements in docs/wire.md that QwenChat relies on, and the open questions there that a run with the service can answer.</summary>
public static partial class Assumptions
{
    private static readonly string[] s_responseEvents =
    [
        "response.created", "response.in_progress", "response.output_item.added", "response.output_item.done", "response.content_part.added",
            "response.content_part.done",
        "response.output_text.delta", "response.output_text.done", "response.reasoning_text.delta", "response.reasoning_text.done",
            "response.reasoning_summary_text.delta",
        "response.reasoning_summary_text.done", "response.incomplete", "response.failed", "response.completed",
    ];

    public static IReadOnlyList<Assumption> All { get; } =
    [
        new("1.5", "Every answer has an x-request-id", _ => true, e => e.Header("x-request-id") is null ? "it has none" : null),
        new("1.5", "There is no Retry-After", _ => true, e => e.Header("retry-after") is { } wait ? $"it is {wait}" : null),
        new("1.5", "A stream has the content type text/event-stream", e => e.Status == 200 && Asked(e),
            e => e.IsStream ? null : $"it is {e.Header("content-type")}"),

        new("2.4", "A response has an id (resp_… or a UUID), a status, output, usage and created_at in seconds", e => IsResponse(e) && !e.IsStream
            && e.Status == 200,
            e => Lacks(e, "id", "object", "status", "output", "usage", "model")
                ?? (ResponseId().IsMatch(Text(e, "id")) ? null : $"the id is {Text(e, "id")}") ?? NotSeconds(e, "created_at")),
        new("2.4", "The text of a response is only in output[].content[] of type output_text", e => IsResponse(e) && !e.IsStream && e.Status == 200,
            e => Has(e, "output_text") ? "there is an output_text next to the output" : e.Text.Contains("\"output_text\"", StringComparison.Ordinal) ? null
                : "there is no output_text in the output"),
        new("2.6", "A stream of Responses is framed as id:, event:, :HTTP_STATUS/200, data: without a space", e => IsResponse(e) && e.IsStream
            && e.Status == 200,
            e => e.Text.StartsWith("id:", StringComparison.Ordinal) && e.Text.Contains("\nevent:response.", StringComparison.Ordinal)
                && e.Text.Contains("\n:HTTP_STATUS/200\ndata:{", StringComparison.Ordinal) ? null : Beginning(e)),
        new("2.6", "A stream of Responses has no [DONE] and ends with completed, incomplete or failed", e => IsResponse(e) && e.IsStream && e.Status == 200,
            e => e.Text.Contains("[DONE]", StringComparison.Ordinal) ? "it has [DONE]"
                : Events(e).LastOrDefault() is "response.completed" or "response.incomplete" or "response.failed"
                ? null : $"it ends with {Events(e).LastOrDefault()}"),
        new("2.6", "A stream of Responses has only the documented events", e => IsResponse(e) && e.IsStream && e.Status == 200,
            e => Events(e).Except(s_responseEvents).ToArray() is { Length: > 0 } others ? string.Join(", ", others) : null),
        new("2.6", "sequence_number begins at 0", e => IsResponse(e) && e.IsStream && e.Status == 200
            && Data(e).Count > 0, e => Number(Data(e)[0], "sequence_number") is 0 ? null : $"it begins at {Number(Data(e)[0], "sequence_number")}"),
        new("2.7", "The deletion of a stored response returns deleted: true",
            e => e.Path.Contains("/responses/", StringComparison.Ordinal) && e.Status == 200 && e.Method == "DELETE",
            e => Bool(e, "deleted") == true ? null : e.Text),
        new("2.9", "With only previous_response_id, the second turn knows the first turn", e => IsResponse(e) && e.Status == 200
            && Sent(e).Contains("previous_response_id", StringComparison.Ordinal),
            e => e.Text.Contains("John", StringComparison.Ordinal) ? null : "the name is not in the answer"),

        new("3", "A conversation has an id that begins with conv_, and created_at in milliseconds",
            e => e.Path.EndsWith("/conversations", StringComparison.Ordinal) && e.Status == 200,
            e => Text(e, "id").StartsWith("conv_", StringComparison.Ordinal)
                ? Number(Root(e), "created_at") is > 100_000_000_000 ? null : $"created_at is {Number(Root(e), "created_at")}" : $"the id is {Text(e, "id")}"),
        new("3", "Items are listed as data with first_id, last_id and has_more", e => e.Path.Contains("/items", StringComparison.Ordinal)
            && e.Method != "DELETE" && e.Status == 200, e => Lacks(e, "data", "first_id", "last_id", "has_more")),
        new("3", "The deletion of an item returns deleted: true, and not the conversation", e => e.Path.Contains("/items/", StringComparison.Ordinal)
            && e.Method == "DELETE" && e.Status == 200, e => Bool(e, "deleted") == true ? null : e.Text),
        new("3", "The service adds the message and the answer of a turn: two turns and one added item are five items",
            e => e.Path.Contains("/items?", StringComparison.Ordinal) && e.Status == 200 && Count(e) is > 0 and < 6,
            e => Count(e) == 5 ? null : $"there are {Count(e)} items"),

        new("4.2", "A chat completion has choices, usage, id, object, created in seconds", e => IsChat(e) && !e.IsStream
            && e.Status == 200, e => Lacks(e, "choices", "usage", "id", "object", "created", "model") ?? NotSeconds(e, "created")),
        new("4.3", "A stream of chat completions is framed as data: with a space, and ends with [DONE]", e => IsChat(e) && e.IsStream && e.Status == 200,
            e => !e.Text.StartsWith("data: {", StringComparison.Ordinal)
                ? Beginning(e) : e.Text.TrimEnd().EndsWith("data: [DONE]", StringComparison.Ordinal) ? null : "it does not end with [DONE]"),
        new("4.3", "The last event before [DONE] has the usage and no choices", e => IsChat(e) && e.IsStream && e.Status == 200 && Data(e).Count > 0,
            e => Data(e)[^1] is var last && last.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object
                && last.GetProperty("choices").GetArrayLength() == 0 ? null : Data(e)[^1].GetRawText()),

        new("5.4", "A native answer has output.choices, usage and request_id", e => IsNative(e) && !e.IsStream
            && e.Status == 200, e => Lacks(e, "output", "usage", "request_id")),
        new("5.4", "A native stream is framed as id:, event:result, :HTTP_STATUS/200, data: without a space", e => IsNative(e) && e.IsStream && e.Status == 200
            && !e.Text.Contains("event:error", StringComparison.Ordinal),
            e => e.Text.StartsWith("id:1\nevent:result\n:HTTP_STATUS/200\ndata:{", StringComparison.Ordinal) ? null : Beginning(e)),
        new("5.4", "Until the end of a native stream, finish_reason is the string \"null\"", e => IsNative(e) && e.IsStream && e.Status == 200
            && Data(e).Count > 1,
            e => e.Text.Contains("\"finish_reason\":\"null\"", StringComparison.Ordinal) ? null : "no event has this finish_reason"),
        new("5.4", "In a native stream, every event has the usage so far", e => IsNative(e) && e.IsStream && e.Status == 200
            && Data(e).Count > 1, NotCumulative),

        new("9", "Usage includes the number of tokens from the cache", e => (IsChat(e) || IsResponse(e)) && !e.IsStream && e.Status == 200,
            e => e.Text.Contains("cached_tokens", StringComparison.Ordinal) ? null : "there is no cached_tokens"),

        new("10.1", "Embeddings are returned as data with embedding, index and object, next to model, object, usage and id", e => IsEmbeddings(e)
            && e.Status == 200, e => Lacks(e, "data", "model", "object", "usage", "id") ?? VectorsLack(e, "index", "object")),
        new("10.1", "Native embeddings are returned as output.embeddings with embedding and text_index; usage has only the total", e => IsNativeEmbeddings(e)
            && e.Status == 200,
            e => Lacks(e, "output", "usage", "request_id") ?? VectorsLack(e, "text_index")
                ?? (Root(e).GetProperty("usage").EnumerateObject().Select(member => member.Name).ToArray() is ["total_tokens"]
                ? null : $"its usage is {Text(e, "usage")}")),
        new("10.1", "There is a vector for each text, with the requested number of dimensions, or 1024", e => (IsEmbeddings(e) || IsNativeEmbeddings(e))
            && e.Status == 200,
            e => Vectors(e).Select(vector => vector.GetProperty("embedding").GetArrayLength()).ToArray() is var lengths && lengths.Length == TextsSent(e)
                && lengths.All(length => length == DimensionsSent(e)) ? null : $"the numbers of dimensions are {string.Join(", ", lengths)}"),
        new("10.1", "More than ten texts are rejected with 400 and \"batch size is invalid\"", e => (IsEmbeddings(e) || IsNativeEmbeddings(e))
            && TextsSent(e) > 10,
            e => e.Status == 400 && e.Text.Contains("batch size is invalid", StringComparison.Ordinal) ? null : $"{e.Status} {Beginning(e)}"),

        new("2.8", "With Responses, an unknown model is rejected with 400, flat; streamed, with 200 and response.failed", e => IsResponse(e)
            && Sent(e).Contains("no-such-model", StringComparison.Ordinal),
            e => Asked(e) ? (Events(e).Contains("response.failed") || e.Status >= 400 ? null : Beginning(e)) : e.Status >= 400 && Has(e, "message") ? null
                : $"{e.Status} {Beginning(e)}"),
        new("4.5", "With Chat Completions, an unknown model is rejected with 4xx, nested", e => IsChat(e)
            && Sent(e).Contains("no-such-model", StringComparison.Ordinal),
            e => e.Status is >= 400 and < 500 && e.Text.Contains("{\"error\":{", StringComparison.Ordinal) ? null : $"{e.Status} {Beginning(e)}"),
        new("5.5", "With the native API, an unknown model is rejected with code and message, flat; streamed, possibly with event:error", e => IsNative(e)
            && Sent(e).Contains("no-such-model", StringComparison.Ordinal),
            e => e.Text.Contains("\"code\":", StringComparison.Ordinal) && e.Text.Contains("\"message\":", StringComparison.Ordinal)
                && !e.Text.Contains("{\"error\":{", StringComparison.Ordinal) ? null : $"{e.Status} {Beginning(e)}"),
        new("3", "A missing response or conversation is reported with 400 or 404, and the message contains \"not found\"", e => e.Scenario == "refused"
            && e.Method == "GET",
            e => e.Status is 400 or 404 && e.Text.Contains("not found", StringComparison.OrdinalIgnoreCase) ? null : $"{e.Status} {Beginning(e)}"),
    ];

    private static bool IsResponse(Exchange e) => e.Method == "POST" && e.Path.EndsWith("/responses", StringComparison.Ordinal);

    private static bool IsChat(Exchange e) => e.Path.EndsWith("/chat/completions", StringComparison.Ordinal);

    private static bool IsNative(Exchange e) => e.Path.EndsWith("/generation", StringComparison.Ordinal);

    private static bool IsEmbeddings(Exchange e) => e.Path.EndsWith("/embeddings", StringComparison.Ordinal);

    private static bool IsNativeEmbeddings(Exchange e) => e.Path.EndsWith("/text-embedding", StringComparison.Ordinal);

    private static JsonElement[] Vectors(Exchange e) =>
        (IsNativeEmbeddings(e) ? Root(e).GetProperty("output").GetProperty("embeddings") : Root(e).GetProperty("data")).EnumerateArray().ToArray();

    private static string? VectorsLack(Exchange e, params string[] members) =>
        members.Append("embedding").FirstOrDefault(member => Vectors(e).Any(vector => !vector.TryGetProperty(member, out _))) is { } lacking
        ? $"a vector has no {lacking}" : null;

    private static int TextsSent(Exchange e) =>
        Parse(Sent(e)).GetProperty("input") is var input && input.ValueKind == JsonValueKind.Object
        ? input.GetProperty("texts").GetArrayLength() : input.GetArrayLength();

    private static int DimensionsSent(Exchange e)
    {
        var body = Parse(Sent(e));
        return (IsNativeEmbeddings(e) ? Number(body.GetProperty("parameters"), "dimension") : Number(body, "dimensions")) is { } number ? (int)number : 1024;
    }

    private static string Sent(Exchange e) => System.Text.Encoding.UTF8.GetString(e.RequestBody);

    private static bool Asked(Exchange e) => e.RequestHeaders.Any(header => header.Value.Contains("event-stream", StringComparison.OrdinalIgnoreCase));

    private static string Beginning(Exchange e) => e.Text.Length <= 200 ? e.Text : e.Text[..200] + "…";

    private static JsonElement Root(Exchange e) => Parse(e.Text);

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static bool Has(Exchange e, string member) => Root(e).TryGetProperty(member, out _);

    private static string Text(Exchange e, string member) => Root(e).TryGetProperty(member, out var value) ? value.ToString() : "";

    private static bool? Bool(Exchange e, string member) => Root(e).TryGetProperty(member, out var value) ? value.ValueKind == JsonValueKind.True : null;

    private static double? Number(JsonElement json, string member) =>
        json.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    private static int Count(Exchange e) => Root(e).TryGetProperty("data", out var data) ? data.GetArrayLength() : 0;

    private static string? Lacks(Exchange e, params string[] members) =>
        members.Where(member => !Has(e, member)).ToArray() is { Length: > 0 } lacking ? $"it has no {string.Join(", ", lacking)}" : null;

    private static string? NotSeconds(Exchange e, string member) =>
        Number(Root(e), member) is null or (> 1_500_000_000 and < 10_000_000_000) ? null : $"{member} is {Number(Root(e), member)}";

    private static List<JsonElement> Data(Exchange e) =>
        e.Text.Split('\n').Where(line => line.StartsWith("data:", StringComparison.Ordinal)).Select(line => line[5..].Trim())
        .Where(data => data.StartsWith('{')).Select(Parse).ToList();

    private static string[] Events(Exchange e) => Data(e).Select(data => data.TryGetProperty("type", out var type) ? type.ToString() : "").ToArray();

    private static string? NotCumulative(Exchange e)
    {
        double before = 0;
        foreach (var data in Data(e))
        {
            if (!data.TryGetProperty("usage", out var usage) || Number(usage, "output_tokens") is not { } tokens)
                continue;
            if (tokens < before)
                return $"output_tokens falls from {before} to {tokens}";
            before = tokens;
        }
        return null;
    }

    [GeneratedRegex("^(resp_|[0-9a-f]{8}-[0-9a-f]{4}-)")]
    private static partial Regex ResponseId();
}
