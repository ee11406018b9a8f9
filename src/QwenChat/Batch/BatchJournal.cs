using System.Collections.Immutable;
using System.Text.Json;
using QwenChat.Model;
using QwenChat.Protocols.Json;

namespace QwenChat.Batch;

/// <summary>
/// The journal of a batch. Each event is one line, which is on disk before the next step begins. Adding a line first removes an incomplete last line. API
/// keys are never written.
/// </summary>
internal static class BatchJournal
{
    private const string Format = "QwenChat.Batch";

    /// <summary>The format version, which is increased when an older reader would misread the new format.</summary>
    private const int Version = 1;

    /// <summary>The maximum size of a journal. A journal has only a few lines for each part, so a larger file is not a journal.</summary>
    private const long MostBytes = 64 * 1024 * 1024;

    /// <summary>Creates a journal with its first line. No other process uses the batch folder yet.</summary>
    public static void Begin(BatchRecord record)
    {
        byte[] line = Line("prepared", writer =>
        {
            writer.WriteString("format", Format);
            writer.WriteNumber("version", Version);
            writer.WriteString("id", record.Id);
            writer.WriteString("name", record.Name);
            writer.WriteString("createdAt", record.CreatedAt);
            writer.WriteString("server", record.Server);
            writer.WriteString("model", record.Model);
            writer.WriteString("endpoint", record.Endpoint);
            writer.WriteString("window", record.Window);
            writer.WriteBoolean("rehearsal", record.IsRehearsal);
            writer.WriteNumber("estimatedInputTokens", record.EstimatedInputTokens);
            if (record is { EstimatedCost: { } cost, Currency: { } currency })
            {
                writer.WriteNumber("estimatedCost", cost);
                writer.WriteString("currency", currency);
            }
            writer.WriteStartArray("parts");
            foreach (var part in record.Parts)
            {
                writer.WriteStartObject();
                writer.WriteNumber("lines", part.Lines);
                writer.WriteNumber("bytes", part.Bytes);
                writer.WriteString("sha256", part.Sha256);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        });
        using var stream = new FileStream(Path.Combine(record.Folder, BatchFiles.Journal), FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        stream.Write(line);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Adds a line, and returns after it has been flushed to disk.</summary>
    /// <exception cref="QwenException">The line cannot be written.</exception>
    public static void Add(BatchRecord record, string step, BatchPart part)
    {
        byte[] line = Line(step, writer =>
        {
            writer.WriteNumber("part", part.Number);
            WriteText(writer, "file", part.FileId);
            WriteText(writer, "batch", part.BatchId);
            if (part.BatchId is not null || part.HasEnded)
                WriteState(writer, part);
        });
        string path = Path.Combine(record.Folder, BatchFiles.Journal);
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
            CutTornLine(stream);
            stream.Write(line);
            stream.Flush(flushToDisk: true);
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            throw BatchFolder.CannotWrite(path, unwritable);
        }
    }

    /// <returns>The batch; null if the folder has no journal.</returns>
    /// <exception cref="QwenException">The journal cannot be read, or its first line does not describe a batch.</exception>
    public static BatchRecord? Read(string folder)
    {
        string path = Path.Combine(folder, BatchFiles.Journal);
        byte[] bytes;
        try
        {
            if (!File.Exists(path))
                return null;
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            if (stream.Length > MostBytes)
                throw Broken(path, "it is too large to be a journal");
            bytes = new byte[stream.Length];
            bytes = bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw Broken(path, unreadable.Message, unreadable);
        }
        BatchRecord? record = null;
        foreach (var line in JsonLines.Of(bytes))
        {
            if (record is null)
                record = Begin(folder, path, line);
            else if (!TryTake(ref record, line))
                record = record with { Unreadable = record.Unreadable + 1 };
        }
        return record ?? throw Broken(path, "it is empty");
    }

    private static BatchRecord Begin(string folder, string path, ReadOnlyMemory<byte> line)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(line);
        }
        catch (JsonException broken)
        {
            throw Broken(path, "its first line is not JSON", broken);
        }
        using (document)
        {
            var json = new CheckedJson(document.RootElement, what => Broken(path, what));
            if (json.Json.ValueKind != JsonValueKind.Object || json.Member("format")?.Text() != Format)
                throw Broken(path, "its first line does not describe a batch");
            if (json.Required("version").Int32(1) > Version)
                throw Broken(path, "a newer version of QwenChat wrote it. Update the module");
            string id = json.Required("id").Text();
            return new BatchRecord(ServiceId.IsValid(id) ? id : throw Broken(path, "its id is not valid"), json.Required("name").Text(), folder)
            {
                CreatedAt = json.Required("createdAt").Time(),
                Server = json.Required("server").Text(),
                Model = json.Required("model").Text(),
                Endpoint = json.Required("endpoint").Text(),
                Window = json.Required("window").Text(),
                IsRehearsal = json.Required("rehearsal").Flag(),
                EstimatedInputTokens = json.Required("estimatedInputTokens").Int64(0),
                EstimatedCost = json.Member("estimatedCost")?.Amount(),
                Currency = json.Member("currency")?.Text(),
                Parts = json.Required("parts").Elements().Select((part, index) => new BatchPart(
                    index + 1, part.Required("lines").Int32(1), part.Required("bytes").Int64(1), part.Required("sha256").Text())).ToImmutableArray(),
            };
        }
    }

    private static bool TryTake(ref BatchRecord record, ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var json = new CheckedJson(document.RootElement, what => new JsonException(what));
            int number = json.Required("part").Int32(1);
            if (number > record.Parts.Length)
                return false;
            record = record.With(Take(record.Parts[number - 1], json));
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static BatchPart Take(BatchPart part, CheckedJson json)
    {
        part = part with { FileId = Id(json, "file") ?? part.FileId, BatchId = Id(json, "batch") ?? part.BatchId };
        switch (json.Required("event").Text())
        {
            case BatchStep.Uploading:
                return part with { IsUploading = true };
            case BatchStep.Creating:
                return part with { IsCreating = true };
            case BatchStep.Received:
                return ReadState(part, json) with { IsReceived = true };
            case BatchStep.Created or BatchStep.Ended:
                return ReadState(part, json);
            default:
                return part;
        }
    }

    private static void WriteState(Utf8JsonWriter writer, BatchPart part)
    {
        WriteText(writer, "status", part.Status);
        if (part.CreatedAt is { } created)
            writer.WriteString("createdAt", created);
        if (part.ExpiresAt is { } expires)
            writer.WriteString("expiresAt", expires);
        WriteText(writer, "output", part.OutputFileId);
        WriteText(writer, "errors", part.ErrorFileId);
        writer.WriteNumber("completed", part.Completed);
        writer.WriteNumber("failed", part.Failed);
        if (part.Faults.Count == 0)
            return;
        writer.WriteStartArray("faults");
        foreach (var fault in part.Faults)
        {
            writer.WriteStartObject();
            WriteText(writer, "code", fault.Code);
            writer.WriteString("message", fault.Message);
            if (fault.Line is { } line)
                writer.WriteNumber("line", line);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static BatchPart ReadState(BatchPart part, CheckedJson json) => part with
    {
        Status = json.Member("status")?.Text() ?? part.Status,
        CreatedAt = json.Member("createdAt")?.Time() ?? part.CreatedAt,
        ExpiresAt = json.Member("expiresAt")?.Time() ?? part.ExpiresAt,
        OutputFileId = Id(json, "output") ?? part.OutputFileId,
        ErrorFileId = Id(json, "errors") ?? part.ErrorFileId,
        Completed = json.Member("completed")?.Int32(0) ?? part.Completed,
        Failed = json.Member("failed")?.Int32(0) ?? part.Failed,
        Faults = json.Member("faults")?.Elements().Select(fault => new BatchFaultLine(
            fault.Member("code")?.Text(), fault.Required("message").Text(), fault.Member("line")?.Int32(0))).ToArray() ?? part.Faults,
    };

    private static string? Id(CheckedJson json, string name) =>
        json.Member(name)?.Text() is not { } id ? null : ServiceId.IsValid(id) ? id : throw new JsonException("Not an id.");

    private static void WriteText(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }

    private static byte[] Line(string step, Action<Utf8JsonWriter> write) =>
    [
        .. JsonBytes.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("event", step);
            write(writer);
            writer.WriteEndObject();
        }),
        (byte)'\n',
    ];

    // Removes a last line without a line feed, because it was not completely written, and the next line would be appended to it.
    private static void CutTornLine(FileStream stream)
    {
        long end = stream.Length;
        for (stream.Position = end; end > 0; end--)
        {
            stream.Position = end - 1;
            if (stream.ReadByte() == '\n')
                break;
        }
        if (end < stream.Length)
            stream.SetLength(end);
        stream.Position = end;
    }

    private static QwenException Broken(string path, string why, Exception? cause = null) => new(QwenErrorKind.StoreIncompatible,
        $"The batch journal '{path}' cannot be read: {why.TrimEnd('.')}. If the batch was started, it is still on the service and is listed in the "
        + "service's console.", cause);
}
