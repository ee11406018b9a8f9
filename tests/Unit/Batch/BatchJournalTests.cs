using QwenChat.Batch;
using Xunit;

namespace QwenChat.Tests.Batch;

public sealed class BatchJournalTests : IDisposable
{
    private readonly BatchSample _sample = new();

    public void Dispose() => _sample.Dispose();

    [Fact]
    public void Added_entries_are_read()
    {
        var record = _sample.Write(BatchLimits.Usual, BatchSample.Request("a"));
        var read = BatchJournal.Read(record.Folder)!;
        Assert.Equal((record.Id, "test", "qwen-flash", "http://127.0.0.1:9", "24h", 10L, false),
            (read.Id, read.Name, read.Model, read.Server, read.Window, read.EstimatedInputTokens, read.IsRehearsal));
        Assert.Equal("Prepared", read.Parts[0].Shown);
        var part = Added(BatchStep.Uploading, read.Parts[0]);
        Assert.True(part is { IsUploading: true, FileId: null });
        part = Added(BatchStep.Uploaded, part with { FileId = "file-1" });
        Assert.Equal(("file-1", "Uploaded"), (part.FileId, part.Shown));
        part = Added(BatchStep.Creating, part);
        Assert.Equal((true, "Creating", false), (part.IsCreating, part.Shown, read.IsStarted));
        part = Added(BatchStep.Created, part.With(new ServiceBatch("batch_1", "in_progress") { CreatedAt = DateTimeOffset.UnixEpoch, Completed = 1 }));
        Assert.Equal(("batch_1", "InProgress", 1, DateTimeOffset.UnixEpoch), (part.BatchId, part.Shown, part.Completed, part.CreatedAt!.Value));
        part = Added(BatchStep.Ended, part.With(new ServiceBatch("batch_1", "failed")
        {
            OutputFileId = "file-2",
            ErrorFileId = "file-3",
            Faults = [new BatchFaultLine("mismatched_model", "Two models.", 2)],
        }));
        Assert.Equal(("Failed", "file-2", "file-3", true, false), (part.Shown, part.OutputFileId, part.ErrorFileId, part.HasEnded, part.IsReceived));
        Assert.Equal(new BatchFaultLine("mismatched_model", "Two models.", 2), Assert.Single(part.Faults));
        Assert.True(Added(BatchStep.Received, part).IsReceived);

        BatchPart Added(string step, BatchPart now)
        {
            BatchJournal.Add(record, step, now);
            return BatchJournal.Read(record.Folder)!.Parts[0];
        }
    }

    [Theory]
    [InlineData("""{"event":"uploaded","part":1,"file":"file-""")]
    [InlineData("{")]
    public void An_incomplete_last_line_is_cut_off(string torn)
    {
        var record = _sample.Write(BatchLimits.Usual, BatchSample.Request("a"));
        string path = Path.Combine(record.Folder, BatchFiles.Journal);
        File.AppendAllText(path, torn);
        var read = BatchJournal.Read(record.Folder)!;
        Assert.Equal(("Prepared", 0), (read.Parts[0].Shown, read.Unreadable));
        BatchJournal.Add(read, BatchStep.Uploaded, read.Parts[0] with { FileId = "file-1" });
        Assert.Equal("file-1", BatchJournal.Read(record.Folder)!.Parts[0].FileId);
        Assert.DoesNotContain(torn + "{", File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rubbish")]
    [InlineData("""{"event":"uploaded","part":7,"file":"file-1"}""")]
    [InlineData("""{"event":"uploaded","part":1,"file":"../x"}""")]
    [InlineData("""{"event":"uploaded"}""")]
    [InlineData("[]")]
    public void An_unreadable_line_is_counted_and_the_other_lines_are_read(string line)
    {
        var record = _sample.Write(BatchLimits.Usual, BatchSample.Request("a"));
        File.AppendAllText(Path.Combine(record.Folder, BatchFiles.Journal), line + "\n");
        BatchJournal.Add(record, BatchStep.Uploaded, record.Parts[0] with { FileId = "file-1" });
        var read = BatchJournal.Read(record.Folder)!;
        Assert.Equal((1, "file-1"), (read.Unreadable, read.Parts[0].FileId));
    }

    [Theory]
    [InlineData("")]
    [InlineData("rubbish\n")]
    [InlineData("{}\n")]
    [InlineData("""{"event":"prepared","format":"QwenChat.Batch","version":2}""" + "\n")]
    public void A_file_without_the_first_line_of_a_journal_is_rejected(string text)
    {
        var record = _sample.Write(BatchLimits.Usual, BatchSample.Request("a"));
        File.WriteAllText(Path.Combine(record.Folder, BatchFiles.Journal), text);
        Assert.Equal(QwenErrorKind.StoreIncompatible, Assert.Throws<QwenException>(() => BatchJournal.Read(record.Folder)).Kind);
    }

    [Fact]
    public void A_folder_without_a_journal_is_not_a_batch()
    {
        var record = _sample.Write(BatchLimits.Usual, BatchSample.Request("a"));
        File.Delete(Path.Combine(record.Folder, BatchFiles.Journal));
        Assert.Null(BatchJournal.Read(record.Folder));
        Assert.Empty(_sample.Folders.Names());
    }

    [Fact]
    public void Only_one_process_works_on_a_batch()
    {
        var record = _sample.Write(BatchLimits.Usual, BatchSample.Request("a"));
        using (var own = BatchLock.TryEnter(record))
        {
            Assert.NotNull(own);
            Assert.Null(BatchLock.TryEnter(record));
        }
        using var again = BatchLock.TryEnter(record);
        Assert.NotNull(again);
    }

    [Fact]
    public void A_journal_contains_no_key()
    {
        using var key = new System.Security.SecureString();
        foreach (char c in "sk-secret-0123456789abcdef")
            key.AppendChar(c);
        var record = _sample.Write(BatchLimits.Usual, BatchSample.Request("a", connection: BatchSample.Connection with { Key = key }));
        Assert.All(Directory.GetFiles(record.Folder), file => Assert.DoesNotContain("sk-secret", File.ReadAllText(file), StringComparison.Ordinal));
    }
}
