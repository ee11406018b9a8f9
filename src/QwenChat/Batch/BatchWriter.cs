using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using QwenChat.Catalogue;
using QwenChat.Cost;
using QwenChat.Protocols.Json;

namespace QwenChat.Batch;

/// <summary>
/// Writes the requests of a batch to one or more files in a temporary folder. After all requests are written, the folder becomes a batch. Otherwise,
/// disposing the writer removes the folder.
/// </summary>
/// <param name="folders">The folder that contains the batches.</param>
/// <param name="isRehearsal">Whether the free test model answers.</param>
/// <param name="limits">The limits of one file.</param>
internal sealed class BatchWriter(BatchFolder folders, bool isRehearsal, BatchLimits limits) : IDisposable
{
    private readonly string _folder = folders.Begin();
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly List<BatchPart> _parts = [];
    private FileStream? _requests, _entries;
    private IncrementalHash? _hash;
    private int _lines;
    private long _bytes;
    private QwenBatchRequest? _first;
    private bool _isCompleted;

    public int Count => _ids.Count;

    public int Files => _parts.Count + (_requests is null ? 0 : 1);

    public QwenBatchRequest? First => _first;

    /// <summary>The estimated usage and cost of all requests; null before a request is added.</summary>
    public Forecast? Forecast { get; private set; }

    /// <summary>Whether at least one answer has no length limit and is therefore not included in the estimate.</summary>
    public bool HasOpenAnswers { get; private set; }

    /// <exception cref="QwenException">The request cannot be part of this batch, or cannot be written.</exception>
    public void Add(QwenBatchRequest request)
    {
        Check(request);
        string id = request.Id ?? (_ids.Count + 1).ToString(CultureInfo.InvariantCulture);
        if (!_ids.Add(id))
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"Two requests have the same id, '{id}', so their results could not be distinguished. Specify a unique id for each with New-QwenBatchRequest "
                + "-Id. Nothing was sent.");
        byte[] line = Line(id, request.BodyUtf8);
        CheckLine(line.Length, id, limits);
        try
        {
            if (_requests is not null && (_lines == limits.Lines || _bytes + line.Length > limits.FileBytes))
                EndPart();
            if (_requests is null)
                BeginPart();
            _requests!.Write(line);
            _hash!.AppendData(line);
            _entries!.Write(BatchEntryJson.Write(request.Entry with { Id = id }));
            _entries.WriteByte((byte)'\n');
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            throw BatchFolder.CannotWrite(_folder, unwritable);
        }
        (_lines, _bytes) = (_lines + 1, _bytes + line.Length);
        _first ??= request;
        HasOpenAnswers |= request.Entry.Forecast.OutputTokens is null;
        Forecast = Forecast is null ? request.Entry.Forecast.Closed() : Forecast.Plus(request.Entry.Forecast);
    }

    /// <summary>Turns the written files into a batch, which any process can then continue.</summary>
    /// <exception cref="QwenException">The name is in use, or a file cannot be written.</exception>
    public BatchRecord Complete(string name, TimeSpan window, DateTimeOffset now)
    {
        BatchFolder.CheckName(name);
        try
        {
            EndPart();
            var record = new BatchRecord(Guid.NewGuid().ToString("N"), name, _folder)
            {
                CreatedAt = now,
                Server = _first!.Connection.Server,
                Model = _first.Model,
                Endpoint = isRehearsal ? BatchDraft.TestEndpoint : BatchDraft.Endpoint,
                Window = string.Create(CultureInfo.InvariantCulture, $"{(int)window.TotalHours}h"),
                IsRehearsal = isRehearsal,
                EstimatedInputTokens = Forecast!.InputTokens,
                EstimatedCost = isRehearsal ? 0 : Forecast.Charge?.Amount,
                Currency = Forecast.Charge?.Currency,
                Parts = _parts.ToImmutableArray(),
            };
            BatchJournal.Begin(record);
            folders.Complete(_folder, name);
            _isCompleted = true;
            return record with { Folder = folders.Of(name) };
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            throw BatchFolder.CannotWrite(_folder, unwritable);
        }
    }

    /// <exception cref="QwenException">The line is too long.</exception>
    public static void CheckLine(long bytes, string? id, BatchLimits limits)
    {
        if (bytes > limits.LineBytes)
            throw new QwenException(QwenErrorKind.InvalidRequest, string.Create(CultureInfo.InvariantCulture,
                $"The request{(id is null ? "" : $" '{id}'")} is {bytes:N0} bytes. The limit for a batch request is {limits.LineBytes:N0} bytes. Send less "
                + $"history, or specify media as https addresses. Nothing was sent."));
    }

    public void Dispose()
    {
        _requests?.Dispose();
        _entries?.Dispose();
        _hash?.Dispose();
        if (_isCompleted || !Directory.Exists(_folder))
            return;
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (Exception kept) when (kept is IOException or UnauthorizedAccessException)
        {
            // The remaining files are removed when a later batch is created.
        }
    }

    private void Check(QwenBatchRequest request)
    {
        if (isRehearsal && request.Connection.CompatibleUri is not null)
            throw new QwenException(QwenErrorKind.InvalidRequest, "-Rehearse uses a free test model, which only the Qwen service provides. The requests are "
                + $"for {request.Connection.CompatibleUri}. Omit -Rehearse.");
        if (_first is null)
            return;
        if (request.Model != _first.Model)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"The requests use two models, {_first.Model} and {request.Model}, but a batch can use only one model. Start a separate batch for "
                + "each model. To group the requests, use Group-Object Model. Nothing was sent.");
        if (request.Connection.Server != _first.Connection.Server)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"The requests are for two servers, {_first.Connection.Server} and {request.Connection.Server}, but a batch can "
                + "use only one server. Nothing was sent.");
        if (isRehearsal && _ids.Count == limits.Lines)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"A rehearsal can contain at most {limits.Lines} requests. To rehearse with the first {limits.Lines} requests, use Select-Object -First "
                + $"{limits.Lines}. Nothing was sent.");
    }

    private byte[] Line(string id, ReadOnlyMemory<byte> body)
    {
        byte[] head = JsonBytes.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("custom_id", id);
            writer.WriteString("method", "POST");
            writer.WriteString("url", isRehearsal ? BatchDraft.TestEndpoint : BatchDraft.Endpoint);
            writer.WritePropertyName("body");
        });
        return [.. head, .. (isRehearsal ? WithModel(body.Span, BatchModels.Test) : body.Span), (byte)'}', (byte)'\n'];
    }

    public static byte[] WithModel(ReadOnlySpan<byte> body, string model)
    {
        var json = JsonNode.Parse(body)!.AsObject();
        json["model"] = model;
        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    private void BeginPart()
    {
        int number = _parts.Count + 1;
        _requests = Create(BatchFiles.Requests(_folder, number));
        _entries = Create(BatchFiles.Entries(_folder, number));
        _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    }

    private static FileStream Create(string path) => new(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 256 * 1024);

    private void EndPart()
    {
        if (_requests is null)
            return;
        foreach (var file in new[] { _requests, _entries! })
        {
            file.Flush(flushToDisk: true);
            file.Dispose();
        }
        _parts.Add(new BatchPart(_parts.Count + 1, _lines, _bytes, Convert.ToHexString(_hash!.GetHashAndReset())));
        _hash.Dispose();
        (_requests, _entries, _hash, _lines, _bytes) = (null, null, null, 0, 0);
    }
}
