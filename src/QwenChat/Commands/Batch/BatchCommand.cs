using System.Management.Automation;
using QwenChat.Batch;
using QwenChat.Commands.Input;
using QwenChat.Connection;
using QwenChat.Http;

namespace QwenChat.Commands;

/// <summary>What every command has that works with batches: where they are kept, and at which service they are.</summary>
public abstract class BatchCommand : QwenCommand
{
    private protected BatchCommand()
    {
    }

    /// <summary>The folder that batches are kept in.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [Text(IsPath = true)]
    public string? Path { get; set; }

    private protected BatchFolder Folders => new(Path is null ? BatchFolder.Usual : FolderOf(Path));

    /// <summary>The connection of requests that are to be sent.</summary>
    private protected BatchService Service(QwenConnection connection)
    {
        Notices.Protect(connection);
        if (QwenEmulator.HasStoppedAt(connection.Server))
            throw new QwenException(QwenErrorKind.ConnectionFailed, "No connection: nothing was sent.") { Connection = connection };
        return new BatchService(connection, Transport.For(connection), Notices);
    }

    /// <summary>Works on batches at a service.</summary>
    private protected BatchEngine Engine(QwenConnection connection) => new(Service(connection), ServiceClock.Of(connection.Address), Notices);

    /// <summary>The connection for a batch.</summary>
    /// <exception cref="QwenException">It leads to another server than the batch is at.</exception>
    private protected QwenConnection ConnectionOf(BatchRecord record)
    {
        var connection = ConnectionOrDefault;
        return string.Equals(connection.Server, record.Server, StringComparison.OrdinalIgnoreCase) ? connection
            : throw new QwenException(QwenErrorKind.InvalidRequest,
                $"The batch '{record.Name}' is at {record.Server}, and the connection leads to {connection.Server}. Name the one that it was started "
                + "with: -Connection.");
    }

    /// <summary>The batches of a name or a pattern; all where there is none.</summary>
    /// <exception cref="QwenException">There is no batch of a name, or it cannot be read.</exception>
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

    /// <summary>Does something with each batch of each name: a failure is one error record, and the others go on.</summary>
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

    /// <summary>Does something with a batch that no other process works on meanwhile, and that is read again for it.</summary>
    private protected BatchRecord Locked(BatchRecord record, Func<BatchRecord, Task<BatchRecord>> work)
    {
        using var own = Wait(BatchLock.EnterAsync(record, Cancellation));
        return Wait(work(BatchJournal.Read(record.Folder) ?? record));
    }

    /// <summary>Brings a batch to where the service has it: what was left unfinished is started, and how it stands is read.</summary>
    private protected async Task<BatchRecord> SettleAsync(BatchRecord record, BatchEngine engine)
    {
        if (record.Unreadable > 0)
            Notices.Warn($"{record.Unreadable} line(s) of the journal of the batch '{record.Name}' cannot be read. What they said is asked of the service.");
        if (!record.IsStarted)
        {
            Notices.Verbose($"The start of the batch '{record.Name}' was left unfinished, and is gone on with.");
            record = await engine.StartAsync(record, isFresh: false, Cancellation).ConfigureAwait(false);
        }
        return await engine.RefreshAsync(record, mayWrite: true, Cancellation).ConfigureAwait(false);
    }

    private protected QwenBatch Show(BatchRecord record) => new(record, Folders.Root);

    private string FolderOf(string path)
    {
        string folder = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
        return provider.Name == "FileSystem" ? folder
            : throw new QwenException(QwenErrorKind.InvalidRequest, $"-Path is '{path}', which is no folder on a disk.");
    }

    private static QwenException NotFound(string name, BatchFolder folders) => new(QwenErrorKind.NotFound,
        $"There is no batch '{name}' in '{folders.Root}'. Get-QwenBatch lists those that are there; -Path names another folder.");
}
