using QwenChat.Batch;
using Xunit;

namespace QwenChat.Tests.Batch;

public sealed class BatchWriterTests : IDisposable
{
    private readonly BatchSample _sample = new();

    public void Dispose() => _sample.Dispose();

    [Fact]
    public void Each_request_is_a_line_of_the_request_file_and_an_entry()
    {
        var record = _sample.Write(BatchLimits.Usual, BatchSample.Request("a"), BatchSample.Request(null));
        var part = Assert.Single(record.Parts);
        Assert.Equal((1, 2), (part.Number, part.Lines));
        string[] lines = File.ReadAllText(BatchFiles.Requests(record.Folder, 1)).Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Equal("""{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"qwen-flash","""
            + """ "messages":[{"role":"user","content":"Hello"}]}}""".TrimStart(), lines[0]);
        Assert.StartsWith("""{"custom_id":"2",""", lines[1], StringComparison.Ordinal);
        Assert.Equal(new FileInfo(BatchFiles.Requests(record.Folder, 1)).Length, part.Bytes);
        var entry = BatchEntryJson.Read(JsonLines.Of(File.ReadAllBytes(BatchFiles.Entries(record.Folder, 1))).First(), "entries");
        Assert.Equal(("a", "Hello", "1", 10L), (entry.Id, entry.Turn.Message, entry.Input, entry.Forecast.InputTokens));
        Assert.True(entry.Turn.Terms!.IsBatch);
        Assert.Equal(20, record.EstimatedInputTokens);
    }

    [Theory]
    [InlineData(2, 1_000_000, 3)]
    [InlineData(100, 320, 3)]
    [InlineData(100, 1_000_000, 1)]
    public void A_full_request_file_is_followed_by_another_file(int lines, long bytes, int parts)
    {
        var record = _sample.Write(new BatchLimits(lines, bytes, 1000), [.. Enumerable.Range(0, 5).Select(i => BatchSample.Request($"t{i}"))]);
        Assert.Equal(parts, record.Parts.Length);
        Assert.Equal(5, record.Parts.Sum(part => part.Lines));
        Assert.All(record.Parts, part => Assert.True(part.Lines <= lines && part.Bytes <= bytes));
        Assert.All(record.Parts, part => Assert.Equal(part.Lines, File.ReadLines(BatchFiles.Entries(record.Folder, part.Number)).Count()));
        Assert.Equal(record.Parts.Select(part => part.Sha256), BatchJournal.Read(record.Folder)!.Parts.Select(part => part.Sha256));
    }

    [Fact]
    public void A_folder_is_a_batch_only_when_it_is_complete()
    {
        using (var writer = new BatchWriter(_sample.Folders, isRehearsal: false, BatchLimits.Usual))
        {
            writer.Add(BatchSample.Request("a"));
            Assert.Empty(_sample.Folders.Names());
            Assert.Single(Directory.GetDirectories(_sample.Folders.Root));
        }
        Assert.Empty(Directory.GetDirectories(_sample.Folders.Root));
        _sample.Write(BatchLimits.Usual, BatchSample.Request("a"));
        Assert.Equal(["test"], _sample.Folders.Names());
        Assert.Contains("A batch named 'test' already exists", Assert.Throws<QwenException>(
            () => _sample.Write(BatchLimits.Usual, BatchSample.Request("a"))).Message, StringComparison.Ordinal);
        Assert.Single(Directory.GetDirectories(_sample.Folders.Root));
    }

    [Fact]
    public void Requests_that_cannot_share_a_batch_are_rejected()
    {
        Refused("Two requests have the same id, 'a'", BatchSample.Request("a"), BatchSample.Request("a"));
        Refused("two models", BatchSample.Request("a"), BatchSample.Request("b", model: "qwen-plus"));
        Refused("two servers", BatchSample.Request("a"),
            BatchSample.Request("b", connection: BatchSample.Connection with { BaseUri = new Uri("http://127.0.0.1:8") }));
        Refused("limit for a batch request is 1,000 bytes", BatchSample.Request("a", new string('x', 2000)));

        void Refused(string says, params QwenBatchRequest[] requests) => Assert.Contains(says, Assert.Throws<QwenException>(
            () => _sample.Write(new BatchLimits(10, 10_000, 1000), requests)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a*")]
    [InlineData(" a")]
    [InlineData("a.")]
    [InlineData("a\nb")]
    public void A_name_that_cannot_be_a_folder_name_is_rejected(string name) => Assert.Throws<QwenException>(() => BatchFolder.CheckName(name));

    [Theory]
    [InlineData("nightly")]
    [InlineData("über 2026-11-28 (a)")]
    public void Other_names_are_accepted(string name) => BatchFolder.CheckName(name);
}
