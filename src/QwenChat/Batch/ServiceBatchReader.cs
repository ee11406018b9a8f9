using System.Text.Json;
using QwenChat.Model;
using QwenChat.Protocols.Errors;

namespace QwenChat.Batch;

/// <summary>
/// Reads the JSON that the service returns for files and batches. The JSON is untrusted: ids are validated, and invalid counts are read as 0.
/// </summary>
internal static class ServiceBatchReader
{
    private const int MostFaults = 1000;

    public static string ReadFileId(byte[] body)
    {
        using var document = Parse(body, "a file");
        return Id(document.RootElement, "id") ?? throw ErrorReader.Malformed("a file without an id", body);
    }

    public static ServiceBatch ReadBatch(byte[] body)
    {
        using var document = Parse(body, "a batch");
        return Read(document.RootElement) ?? throw ErrorReader.Malformed("a batch without an id or a status", body);
    }

    /// <summary>Reads a page of batches; its <c>data</c> may be null (wire §11.2).</summary>
    public static (IReadOnlyList<ServiceBatch> Batches, string? Next) ReadList(byte[] body)
    {
        using var document = Parse(body, "a list of batches");
        var root = document.RootElement;
        var batches = Elements(root, "data").Select(Read).OfType<ServiceBatch>().ToArray();
        bool more = root.TryGetProperty("has_more", out var flag) && flag.ValueKind == JsonValueKind.True;
        return (batches, more && batches.Length > 0 ? batches[^1].Id : null);
    }

    public static (IReadOnlyList<(string Id, string Name, long Bytes)> Files, string? Next) ReadFiles(byte[] body)
    {
        using var document = Parse(body, "a list of files");
        var root = document.RootElement;
        var files = Elements(root, "data").Where(file => Id(file, "id") is not null)
            .Select(file => (Id(file, "id")!, Text(file, "filename") ?? "", Number(file, "bytes") ?? -1)).ToArray();
        bool more = root.TryGetProperty("has_more", out var flag) && flag.ValueKind == JsonValueKind.True;
        return (files, more && files.Length > 0 ? files[^1].Item1 : null);
    }

    private static ServiceBatch? Read(JsonElement batch)
    {
        if (Id(batch, "id") is not { } id || Text(batch, "status") is not { Length: > 0 } status)
            return null;
        var counts = Member(batch, "request_counts");
        return new ServiceBatch(id, status)
        {
            InputFileId = Id(batch, "input_file_id"),
            OutputFileId = Id(batch, "output_file_id"),
            ErrorFileId = Id(batch, "error_file_id"),
            CreatedAt = Time(batch, "created_at"),
            ExpiresAt = Time(batch, "expires_at"),
            Total = Count(counts, "total"),
            Completed = Count(counts, "completed"),
            Failed = Count(counts, "failed"),
            Description = Text(Member(batch, "metadata"), "ds_description"),
            Faults = Elements(Member(batch, "errors"), "data").Take(MostFaults)
                .Select(fault => new BatchFaultLine(Text(fault, "code"), Text(fault, "message") ?? "", (int?)Number(fault, "line"))).ToArray(),
        };
    }

    private static JsonDocument Parse(byte[] body, string what)
    {
        try
        {
            if (ErrorReader.Find(null, body) is { } error)
                throw error;
            var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document;
            document.Dispose();
            throw ErrorReader.Malformed($"something that is not {what}", body);
        }
        catch (JsonException e)
        {
            throw ErrorReader.Malformed($"{what} that is not JSON", body, e);
        }
    }

    private static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    private static JsonElement.ArrayEnumerator Elements(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : default;

    private static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static string? Id(JsonElement element, string name) => Text(element, name) is { } id && ServiceId.IsValid(id) ? id : null;

    private static long? Number(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out long value) && value is >= 0 and <= int.MaxValue
            ? value : null;

    private static int Count(JsonElement element, string name) => (int)(Number(element, name) ?? 0);

    private static DateTimeOffset? Time(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out long seconds) && seconds is > 0 and < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
}
