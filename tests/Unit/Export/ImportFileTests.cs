using QwenChat.Export;
using Xunit;

namespace QwenChat.Tests.Export;

public sealed class ImportFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("qwenchat-");
    private readonly Notices _notices = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(".json")]
    [InlineData(".jsonl")]
    [InlineData(".JSON")]
    public void What_was_written_is_read(string extension)
    {
        string path = Path("chat" + extension);
        ExportFile.Replace(path, overwrite: false, stream => ExportFormats.Write(stream, ExportFormats.Of(path), Sample.Full(), Sample.Now));
        Sample.AssertSame(Sample.Full(), Assert.Single(Read(path)));
        Assert.False(_notices.TryTake(out _));
    }

    [Fact]
    public void A_transcript_on_every_line_is_a_conversation_for_each()
    {
        string path = Write("train.jsonl", """
            {"messages":[{"role":"user","content":"A"},{"role":"assistant","content":"a"}]}

            {"messages":[{"role":"user","content":"B"},{"role":"assistant","content":"b"}]}

            """);
        Assert.Equal(["a", "b"], Read(path).Select(content => content.Turns[0].Text));
    }

    [Fact]
    public void A_transcript_that_is_broken_is_told_with_its_line() => Assert.Contains("train.jsonl' cannot be imported: line 2:",
        Sample.Refusal(() => Read(Write("train.jsonl", "[{\"role\":\"user\",\"content\":\"A\"}]\n[{\"role\":\"nobody\"}]\n"))), StringComparison.Ordinal);

    // Found by fuzzing.
    [Fact]
    public void A_name_that_holds_half_a_character_is_refused() => Assert.Contains("half a character",
        Sample.Refusal(() => Read(Write("half.jsonl", "{\"\\ud800aaaaaaaa\":1,\"messages\":[]}\n{}\n"))), StringComparison.Ordinal);

    [Fact]
    public void A_last_line_that_was_torn_is_passed_over_with_a_warning()
    {
        string path = Path("chat.jsonl");
        ExportFile.Append(path, ConversationFileContent.Of(Sample.Plain(2)), mayBeShorter: false, Sample.Now, _notices);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^9]);
        Assert.Single(Assert.Single(Read(path)).Turns);
        Assert.True(_notices.TryTake(out var warning) && warning.Text.Contains("passed over", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("chat.md")]
    [InlineData("chat")]
    [InlineData("absent.json")]
    public void What_cannot_be_read_is_refused(string name)
    {
        Write("chat.md", "# A");
        Write("chat", "{}");
        Sample.Refusal(() => Read(Path(name)));
    }

    [Fact]
    public void A_file_that_names_no_model_gets_that_of_the_connection()
    {
        var content = Sample.Full();
        content = content with { Settings = content.Settings with { Options = new QwenOptions() } };
        Assert.Equal("qwen-max", content.Restore(Sample.Connection, "qwen-max").Model);
        Assert.Equal(ModelCatalogue.DefaultModel, content.Restore(Sample.Connection).Model);
    }

    [Fact]
    public void A_file_that_is_read_only_is_left_alone_unless_that_is_asked_for()
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
