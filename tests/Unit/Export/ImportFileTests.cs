using QwenChat.Catalogue;
using QwenChat.Export;
using QwenChat.Model;
using Xunit;

namespace QwenChat.Tests.Export;

public sealed class ImportFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("qwenchat-");
    private readonly NoticeQueue _notices = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(".json")]
    [InlineData(".jsonl")]
    [InlineData(".JSON")]
    public void An_exported_file_is_read(string extension)
    {
        string path = Path("chat" + extension);
        ExportFile.Replace(path, overwrite: false, stream => ExportFormats.Write(stream, ExportFormats.Of(path), Sample.Full(), Sample.Now));
        Sample.AssertSame(Sample.Full(), Assert.Single(Read(path)));
        Assert.False(_notices.TryTake(out _));
    }

    [Fact]
    public void Each_line_with_a_transcript_is_a_conversation()
    {
        string path = Write("train.jsonl", """
            {"messages":[{"role":"user","content":"A"},{"role":"assistant","content":"a"}]}

            {"messages":[{"role":"user","content":"B"},{"role":"assistant","content":"b"}]}

            """);
        Assert.Equal(["a", "b"], Read(path).Select(content => content.Turns[0].Text));
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    [InlineData("utf-8")]
    public void A_transcript_can_be_in_any_Unicode_encoding_with_a_byte_order_mark(string name)
    {
        var encoding = System.Text.Encoding.GetEncoding(name);
        foreach (string extension in new[] { ".json", ".jsonl" })
        {
            string path = Path(name + extension);
            string line = """[{"role":"user","content":"Grüße 你好 🎉"},{"role":"assistant","content":"Hallo"}]""";
            File.WriteAllBytes(path, [.. encoding.GetPreamble(), .. encoding.GetBytes(extension == ".json" ? line : line + "\r\n" + line + "\r\n")]);
            var read = Read(path);
            Assert.Equal(extension == ".json" ? 1 : 2, read.Count);
            Assert.All(read, content => Assert.Equal(("Grüße 你好 🎉", "Hallo"), (Assert.Single(content.Turns).Message, content.Turns[0].Text)));
        }
        Assert.False(_notices.TryTake(out _));
    }

    [Fact]
    public void A_transcript_in_a_code_page_is_read_with_a_warning()
    {
        string path = Path("old.json");
        File.WriteAllBytes(path, System.Text.Encoding.Latin1.GetBytes("""[{"role":"user","content":"Grüße"}]"""));
        Assert.Equal("Grüße", Assert.Single(Assert.Single(Read(path)).State.Pending).Text);
        Assert.True(_notices.TryTake(out var warning) && warning.Text.Contains("windows-1252", StringComparison.Ordinal));
    }

    [Fact]
    public void Dropped_fields_are_counted_once_for_the_file()
    {
        string path = Write("train.jsonl", """
            {"messages":[{"role":"user","name":"a","content":"A"}],"weight":1}
            {"messages":[{"role":"user","name":"b","content":"B"}]}
            """);
        Assert.Equal(2, Read(path).Count);
        Assert.True(_notices.TryTake(out var warning) && warning.Text.Contains("name (2 times), weight (1 time)", StringComparison.Ordinal));
        Assert.False(_notices.TryTake(out _));
    }

    [Fact]
    public void A_damaged_transcript_is_reported_with_its_line() => Assert.Contains("train.jsonl' cannot be imported: line 2:",
        Sample.Refusal(() => Read(Write("train.jsonl", "[{\"role\":\"user\",\"content\":\"A\"}]\n[{\"role\":\"nobody\"}]\n"))), StringComparison.Ordinal);

    // Found by fuzzing.
    [Fact]
    public void A_name_with_half_a_surrogate_pair_is_rejected() => Assert.Contains("invalid Unicode",
        Sample.Refusal(() => Read(Write("half.jsonl", "{\"\\ud800aaaaaaaa\":1,\"messages\":[]}\n{}\n"))), StringComparison.Ordinal);

    [Fact]
    public void An_incomplete_last_line_is_skipped_with_a_warning()
    {
        string path = Path("chat.jsonl");
        ExportFile.Append(path, ConversationFileContent.Of(Sample.Plain(2)), mayBeShorter: false, Sample.Now, _notices);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^9]);
        Assert.Single(Assert.Single(Read(path)).Turns);
        Assert.True(_notices.TryTake(out var warning) && warning.Text.Contains("was ignored", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("chat.md")]
    [InlineData("chat")]
    [InlineData("absent.json")]
    public void Unreadable_input_is_rejected(string name)
    {
        Write("chat.md", "# A");
        Write("chat", "{}");
        Sample.Refusal(() => Read(Path(name)));
    }

    [Fact]
    public void A_file_without_a_model_gets_the_connections_model()
    {
        var content = Sample.Full();
        content = content with { Head = content.Head with { Settings = new ConversationSettings() } };
        Assert.Equal("qwen-max", content.Restore(Sample.Connection, "qwen-max").Model);
        Assert.Equal(ModelCatalogue.DefaultModel, content.Restore(Sample.Connection).Model);
    }

    [Fact]
    public void A_read_only_file_is_overwritten_only_with_Force()
    {
        string path = Write("a.json", "mine");
        new FileInfo(path).IsReadOnly = true;
        Assert.Equal(QwenErrorKind.InvalidRequest, Assert.Throws<QwenException>(() => ExportFile.PrepareReadOnly(path, force: false)).Kind);
        Assert.True(new FileInfo(path).IsReadOnly);
        ExportFile.PrepareReadOnly(path, force: true);
        Assert.False(new FileInfo(path).IsReadOnly);
        ExportFile.PrepareReadOnly(Path("absent"), force: false);
    }

    private IReadOnlyList<ConversationFileContent> Read(string path) => ImportFile.Read(path, new QwenOptions { Model = "qwen-flash" }, Sample.Now, _notices);

    private string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    private string Write(string name, string text)
    {
        File.WriteAllText(Path(name), text);
        return Path(name);
    }
}
