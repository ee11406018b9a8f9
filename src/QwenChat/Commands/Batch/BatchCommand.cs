using System.Management.Automation;
using QwenChat.Batch;
using QwenChat.Commands.Input;
using QwenChat.Connection;
using QwenChat.Http;
using QwenChat.Text;

namespace QwenChat.Commands;

/// <summary>The base class of batch commands. Provides access to the batch folder and the service.</summary>
public abstract class BatchCommand : QwenCommand
{
    private protected BatchCommand()
    {
    }

    /// <summary>The folder that contains the batches.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [Text(IsPath = true)]
    public string? Path { get; set; }

    private protected BatchFolder Folders => new(Path is null ? BatchFolder.Usual : FolderOf(Path));

    private protected BatchService Service(QwenConnection connection)
    {
        Notices.Protect(connection);
        RequireServer(connection);
        return new BatchService(connection, Transport.For(connection), Notices);
    }

    private protected BatchEngine Engine(QwenConnection connection) => new(Service(connection), ServiceClock.Of(connection.Address), Notices);

    /// <exception cref="QwenException">The connection is for a different server.</exception>
    private protected QwenConnection ConnectionOf(BatchRecord record)
    {
        var connection = ConnectionOrDefault;
        return string.Equals(connection.Server, record.Server, StringComparison.OrdinalIgnoreCase) ? connection
            : throw new QwenException(QwenErrorKind.InvalidRequest,
                $"The batch '{record.Name}' belongs to {record.Server}, but the connection is for {connection.Server}. Use -Connection to specify "
                + "the connection that started the batch.");
    }

    /// <summary>Returns the batches whose names match a name or a pattern; all batches if the name is null.</summary>
    /// <exception cref="QwenException">No batch has the name, or a batch cannot be read.</exception>
    private protected IEnumerable<BatchRecord> Find(string? name)
    {
        var folders = Folders;
        if (name is not null && !NamePattern.IsPattern(name))
        {
            BatchFolder.CheckName(name);
            yield return BatchJournal.Read(folders.Of(name)) ?? throw NotFound(name, folders);
            yield break;
        }
        var pattern = name is null ? null : NamePattern.Read(name);
        foreach (string one in folders.Names().Where(one => pattern?.IsMatch(one) != false))
        {
            BatchRecord? record = null;
            AttemptOne(() => record = BatchJournal.Read(folders.Of(one)), one);
            if (record is not null)
                yield return record;
        }
    }

    /// <summary>
    /// Processes every batch that matches one of the names. A failure is written as an error record, and the remaining batches are still processed.
    /// </summary>
    private protected void ForEach(string[]? names, Action<BatchRecord> work)
    {
        foreach (string? name in names is { Length: > 0 } ? names : [null!])
        {
            AttemptOne(() =>
            {
                foreach (var record in Find(name))
                    AttemptOne(() => work(record), record.Name);
            }, name);
        }
    }

    /// <summary>Locks a batch against other processes, reads it again, and processes it.</summary>
    private protected BatchRecord Locked(BatchRecord record, Func<BatchRecord, Task<BatchRecord>> work)
    {
        using var own = Wait(BatchLock.EnterAsync(record, Cancellation));
        return Wait(work(BatchJournal.Read(record.Folder) ?? record));
    }

    /// <summary>Synchronizes a batch with the service: completes an interrupted start, and reads the status.</summary>
    private protected async Task<BatchRecord> SettleAsync(BatchRecord record, BatchEngine engine)
    {
        if (record.Unreadable > 0)
            Notices.Warn($"{Quantity.Of(record.Unreadable, "line")} in the journal of the batch '{record.Name}' cannot be read. The missing data is requested "
                + "from the service.");
        if (!record.IsStarted)
        {
            Notices.Verbose($"Starting the batch '{record.Name}' was interrupted. Resuming.");
            record = await engine.StartAsync(record, isFresh: false, Cancellation).ConfigureAwait(false);
        }
        return await engine.RefreshAsync(record, mayWrite: true, Cancellation).ConfigureAwait(false);
    }

    private protected QwenBatch Show(BatchRecord record) => new(record, Folders.Root);

    private string FolderOf(string path)
    {
        string folder = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
        return provider.Name == "FileSystem" ? folder
            : throw new QwenException(QwenErrorKind.InvalidRequest,
                $"-Path is '{path}', which is not in the file system. Specify a folder on a file system drive.");
    }

    private static QwenException NotFound(string name, BatchFolder folders) => new(QwenErrorKind.NotFound,
        $"There is no batch '{name}' in '{folders.Root}'. Get-QwenBatch lists the existing batches. Use -Path to specify another folder.");
}
