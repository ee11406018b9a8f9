using System.Text.Json;
using QwenChat.Catalogue;
using QwenChat.Protocols.Errors;
using QwenChat.Protocols.Messages;
using QwenChat.Streaming;

namespace QwenChat.Batch;

/// <summary>
/// A line of a result file (wire §11.2). The format of error lines has not been recorded, so both forms in OpenAI's Batch API are supported: an
/// <c>error</c> object, and a response with an error status.
/// </summary>
internal sealed class BatchResultLine
{
    /// <summary>The answer; null if the request failed.</summary>
    public ReplyBuilder? Answer { get; private init; }

    /// <summary>The request id that the service assigned.</summary>
    public string? RequestId { get; private init; }

    /// <summary>The error; null if the request succeeded.</summary>
    public QwenException? Failure { get; private init; }

    public QwenUsage? Usage => Answer?.Usage;

    /// <summary>Returns the request id in a line; null if the line is not a result.</summary>
    public static string? ReadId(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return Text(document.RootElement, "custom_id");
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Returns the body in a request line. In a rehearsal, the test model is replaced with the requested model.</summary>
    public static byte[]? ReadBody(ReadOnlyMemory<byte> line, string model)
    {
        using var document = JsonDocument.Parse(line);
        if (Member(document.RootElement, "body") is not { ValueKind: JsonValueKind.Object } body)
            return null;
        return Text(body, "model") == BatchModels.Test ? BatchWriter.WithModel(Bytes(body), model) : Bytes(body);
    }

    public static BatchResultLine Read(ReadOnlyMemory<byte> line)
    {
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        var response = Member(root, "response");
        string? requestId = Text(response, "request_id") ?? Text(root, "id");
        int status = Member(response, "status_code") is { ValueKind: JsonValueKind.Number } code && code.TryGetInt32(out int number) ? number : 200;
        var body = Member(response, "body");
        try
        {
            if (Member(root, "error") is { ValueKind: JsonValueKind.Object } error)
                return Failed(ErrorReader.OfObject(status, Bytes(error), "The request failed."), requestId);
            if (status is < 200 or >= 300)
                return Failed(ErrorReader.Read(status, body.ValueKind == JsonValueKind.Undefined ? [] : Bytes(body), requestId), requestId);
            if (body.ValueKind != JsonValueKind.Object)
                return Failed(ErrorReader.Malformed("a result without an answer", line.Span), requestId);
            var deltas = new List<ChatDelta>();
            new ChatCompletionsReader().ReadBody(Bytes(body), deltas);
            var answer = new ReplyBuilder();
            foreach (var delta in deltas)
                answer.Add(delta);
            return new BatchResultLine { Answer = answer, RequestId = requestId };
        }
        catch (QwenException failure)
        {
            return Failed(failure, requestId);
        }
    }

    private static BatchResultLine Failed(QwenException failure, string? requestId) => new() { Failure = failure, RequestId = requestId };

    private static byte[] Bytes(JsonElement element) => System.Text.Encoding.UTF8.GetBytes(element.GetRawText());

    private static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    private static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
