using System.Globalization;
using QwenChat.Http;
using QwenChat.Media;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Protocols.Json;

namespace QwenChat.Batch;

/// <summary>Accesses files and batches on the service, or on another server that implements OpenAI's Files and Batch APIs.</summary>
internal sealed class BatchService(QwenConnection connection, Transport transport, NoticeQueue notices)
{
    /// <summary>The maximum number of pages to search. The newest batches come first, so later pages are not needed.</summary>
    private const int MostPages = 50;

    /// <summary>The maximum size of a result file. Even 50,000 answers of the maximum length are smaller.</summary>
    private static readonly ResponseLimit s_results = new(20L * 1024 * 1024 * 1024,
        "Download the result file in the service's console, and start smaller batches in the future.", QwenErrorKind.InvalidRequest);

    public QwenConnection Connection => connection;

    /// <returns>The file's id.</returns>
    public async Task<string> UploadAsync(string path, string name, CancellationToken cancellation)
    {
        var info = new FileInfo(path);
        var file = new LocalFile(path, info.Length, info.LastWriteTimeUtc, MediaType.Text);
        string activity = $"Uploading {name}";
        int percent = 0;
        notices.Progress(activity, percent);
        try
        {
            return await transport.SendAsync(new ServiceRequest(HttpMethod.Post, connection.Files())
            {
                Content = sent => new BatchUploadForm(file, name, done =>
                {
                    sent();
                    int now = (int)(done * 99 / Math.Max(1, file.Length));
                    if (now > percent)
                        notices.Progress(activity, percent = now);
                }),
            }, ServiceBatchReader.ReadFileId, notices, cancellation).ConfigureAwait(false);
        }
        finally
        {
            notices.Progress(activity, 100);
        }
    }

    /// <summary>Returns the id of the uploaded file with the specified name and size; null if there is no such file.</summary>
    public Task<string?> FindFileAsync(string name, long bytes, CancellationToken cancellation) => FindAsync(
        after => connection.Files(query: "purpose=batch&limit=1000" + After(after)), ServiceBatchReader.ReadFiles,
        file => file.Name == name && file.Bytes == bytes ? file.Id : null, cancellation);

    /// <summary>Creates a batch. The request is not repeated if its response is lost.</summary>
    public Task<ServiceBatch> CreateAsync(string fileId, string endpoint, string window, string name, string description, CancellationToken cancellation)
    {
        byte[] body = JsonBytes.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("input_file_id", fileId);
            writer.WriteString("endpoint", endpoint);
            writer.WriteString("completion_window", window);
            writer.WriteStartObject("metadata");
            writer.WriteString("ds_name", name);
            writer.WriteString("ds_description", description);
            writer.WriteEndObject();
            writer.WriteEndObject();
        });
        return transport.SendAsync(new ServiceRequest(HttpMethod.Post, connection.Batches())
        {
            Body = new ChatRequestBody(body, [], 0, default),
            Repeatable = false,
        }, ServiceBatchReader.ReadBatch, notices, cancellation);
    }

    /// <summary>
    /// Finds the batch with the specified input file and description. A batch without a description matches by its input file alone. A server may ignore
    /// the query, so every returned batch is checked.
    /// </summary>
    public Task<ServiceBatch?> FindAsync(string fileId, string description, CancellationToken cancellation) => FindAsync(
        after => connection.Batches(query: $"limit=100&input_file_ids={fileId}{After(after)}"), ServiceBatchReader.ReadList,
        batch => batch.InputFileId == fileId && (batch.Description is null || batch.Description == description) ? batch : null, cancellation);

    /// <summary>Finds the batch that was created with the specified description, regardless of its input file.</summary>
    public Task<ServiceBatch?> FindByNoteAsync(string description, DateTimeOffset since, CancellationToken cancellation) => FindAsync(
        after => connection.Batches(query: string.Create(CultureInfo.InvariantCulture,
            $"limit=100&create_after={since.UtcDateTime.AddDays(-1):yyyyMMddHHmmss}{After(after)}")),
        ServiceBatchReader.ReadList, batch => batch.Description == description ? batch : null, cancellation);

    public Task<ServiceBatch> GetAsync(string id, CancellationToken cancellation) =>
        transport.SendAsync(new ServiceRequest(HttpMethod.Get, connection.Batches([id])), ServiceBatchReader.ReadBatch, notices, cancellation);

    /// <summary>Cancels a batch; results that are already available are kept.</summary>
    public Task<ServiceBatch> CancelAsync(string id, CancellationToken cancellation) =>
        transport.SendAsync(new ServiceRequest(HttpMethod.Post, connection.Batches([id, "cancel"]))
        {
            Body = new ChatRequestBody("{}"u8.ToArray(), [], 0, default),
        }, ServiceBatchReader.ReadBatch, notices, cancellation);

    public Task DownloadAsync(string fileId, Func<FileStream> target, CancellationToken cancellation) =>
        transport.DownloadAsync(new ServiceRequest(HttpMethod.Get, connection.Files([fileId, "content"])) { ResponseLimit = s_results }, target,
            notices, cancellation);

    /// <summary>Deletes a file from the service. A file that no longer exists counts as deleted.</summary>
    public async Task DeleteAsync(string fileId, CancellationToken cancellation)
    {
        try
        {
            await transport.SendAsync(new ServiceRequest(HttpMethod.Delete, connection.Files([fileId])), static body => body.Length, notices, cancellation)
                .ConfigureAwait(false);
        }
        catch (QwenException gone) when (gone.Status == 404)
        {
            notices.Verbose($"The file {fileId} had already been deleted from the service.");
        }
    }

    private async Task<TFound?> FindAsync<T, TFound>(Func<string?, Uri> address, Func<byte[], (IReadOnlyList<T> Page, string? Next)> read,
        Func<T, TFound?> match, CancellationToken cancellation)
        where TFound : class
    {
        string? after = null;
        for (int page = 0; page < MostPages; page++)
        {
            var request = new ServiceRequest(HttpMethod.Get, address(after));
            var (found, next) = await transport.SendAsync(request, read, notices, cancellation).ConfigureAwait(false);
            if (found.Select(match).FirstOrDefault(one => one is not null) is { } matching)
                return matching;
            if (next is null || next == after)
                return null;
            after = next;
        }
        return null;
    }

    private static string After(string? id) => id is null ? "" : $"&after={id}";
}
