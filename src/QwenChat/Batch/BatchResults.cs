using QwenChat.Model;
using QwenChat.Text;

namespace QwenChat.Batch;

/// <summary>Reads the saved results of a part, and keeps only their positions in memory. A request without a result has a failure as its outcome.</summary>
internal sealed class BatchResults
{
    private const int MostLineBytes = 256 * 1024 * 1024;

    private readonly BatchRecord _record;
    private readonly BatchPart _part;
    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);
    private Dictionary<string, Place>? _requests;

    private BatchResults(BatchRecord record, BatchPart part)
    {
        _record = record;
        _part = part;
    }

    /// <summary>Finds the positions of a part's results.</summary>
    /// <exception cref="QwenException">The results cannot be read.</exception>
    public static BatchResults Read(BatchRecord record, BatchPart part, NoticeQueue notices)
    {
        var results = new BatchResults(record, part);
        int unknown = 0, twice = 0, unreadable = 0;
        var ids = results.Entries().Select(line => BatchEntryJson.ReadId(line.Bytes, results.EntriesPath)).ToHashSet(StringComparer.Ordinal);
        // The output file is read first, because a result takes precedence over an error. If an id is repeated, the first line is used.
        foreach (string path in new[] { BatchFiles.Output(record.Folder, part.Number), BatchFiles.Errors(record.Folder, part.Number) })
        {
            if (!File.Exists(path))
                continue;
            foreach (var line in Lines(path))
            {
                if (BatchResultLine.ReadId(line.Bytes) is not { } id)
                    unreadable++;
                else if (!ids.Contains(id))
                    unknown++;
                else if (!results._places.TryAdd(id, new Place(path, line.Start, line.Bytes.Length)))
                    twice++;
            }
        }
        WarnIgnored(unknown, "result", " with an unknown request id");
        WarnIgnored(twice, "result", twice == 1 ? " for a request that already has a result" : " for requests that already have a result");
        WarnIgnored(unreadable, "unreadable line", "");
        return results;

        void WarnIgnored(int count, string noun, string more)
        {
            if (count > 0)
                notices.Warn($"In the service's results for the batch '{record.Name}', {Quantity.Of(count, noun)}{more} "
                    + (count == 1 ? "was ignored." : "were ignored."));
        }
    }

    /// <summary>Returns the outcome of every request of the part, in the order of the requests.</summary>
    /// <exception cref="QwenException">The files cannot be read.</exception>
    public IEnumerable<BatchOutcome> Outcomes()
    {
        int number = 0;
        foreach (var line in Entries())
        {
            number++;
            var entry = BatchEntryJson.Read(line.Bytes, EntriesPath);
            yield return Outcome(entry, number);
        }
    }

    public IEnumerable<QwenUsage?> Usages() => _places.Values.Select(place => BatchResultLine.Read(ReadAt(place)).Usage);

    /// <summary>Returns a request that can be started again.</summary>
    /// <param name="entry">The batch entry of the request.</param>
    /// <param name="connection">The connection to send the request with.</param>
    /// <param name="input">The input that the request was created from.</param>
    /// <exception cref="QwenException">The request is no longer in the request file.</exception>
    public QwenBatchRequest RequestOf(BatchEntry entry, QwenConnection connection, object? input)
    {
        string path = BatchFiles.Requests(_record.Folder, _part.Number);
        if (_requests is null)
        {
            _requests = new Dictionary<string, Place>(StringComparer.Ordinal);
            foreach (var line in Lines(path))
                _requests.TryAdd(BatchResultLine.ReadId(line.Bytes) ?? "", new Place(path, line.Start, line.Bytes.Length));
        }
        if (_requests.TryGetValue(entry.Id!, out var place) && BatchResultLine.ReadBody(ReadAt(place), _record.Model) is { } body)
            return new QwenBatchRequest(entry, body, connection) { InputObject = input };
        throw new QwenException(QwenErrorKind.StoreIncompatible, $"The request '{entry.Id}' is no longer in the request file of the batch '{_record.Name}'.");
    }

    private string EntriesPath => BatchFiles.Entries(_record.Folder, _part.Number);

    private BatchOutcome Outcome(BatchEntry entry, int number)
    {
        if (!_places.TryGetValue(entry.Id!, out var place))
            return new BatchOutcome(entry, null, BatchFailure.Missing(_record, _part, number));
        var result = BatchResultLine.Read(ReadAt(place));
        return result.Failure is { } failure ? new BatchOutcome(entry, null, failure) : new BatchOutcome(entry, result, null);
    }

    private IEnumerable<JsonLine> Entries() => Lines(EntriesPath);

    private static IEnumerable<JsonLine> Lines(string path)
    {
        using var stream = Open(path);
        using var lines = JsonLines.Of(stream, MostLineBytes).GetEnumerator();
        while (Next(lines, path))
            yield return lines.Current;
    }

    private static bool Next(IEnumerator<JsonLine> lines, string path)
    {
        try
        {
            return lines.MoveNext();
        }
        catch (Exception unreadable) when (unreadable is IOException or InvalidDataException)
        {
            throw Unreadable(path, unreadable);
        }
    }

    private static byte[] ReadAt(Place place)
    {
        using var stream = Open(place.Path);
        byte[] bytes = new byte[place.Length];
        stream.Position = place.Start;
        try
        {
            stream.ReadExactly(bytes);
        }
        catch (IOException unreadable)
        {
            throw Unreadable(place.Path, unreadable);
        }
        return bytes;
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, unreadable);
        }
    }

    private static QwenException Unreadable(string path, Exception cause) =>
        new(QwenErrorKind.StoreUnavailable, $"The batch file '{path}' cannot be read: {cause.Message}", cause);

    private readonly record struct Place(string Path, long Start, int Length);
}

/// <summary>The outcome of one request: a result or a failure.</summary>
/// <param name="Entry">The request.</param>
/// <param name="Result">The result; null if the request failed.</param>
/// <param name="Failure">The error; null if the request succeeded.</param>
internal sealed record BatchOutcome(BatchEntry Entry, BatchResultLine? Result, QwenException? Failure);
