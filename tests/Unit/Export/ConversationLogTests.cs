using System.Text;
using QwenChat.Export;
using QwenChat.Model;
using Xunit;

namespace QwenChat.Tests.Export;

public sealed class ConversationLogTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("qwenchat-");
    private readonly NoticeQueue _notices = new();

    private string File => Path.Combine(_folder.FullName, "chat.jsonl");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_round_trip_loses_nothing()
    {
        Append(Sample.Full());
        Sample.AssertSame(Sample.Full(), Read());
    }

    [Fact]
    public void Each_turn_is_one_line_after_the_header()
    {
        Append(Sample.Plain(3));
        var lines = Lines();
        Assert.Equal(4, lines.Length);
        Assert.StartsWith("""{"format":"QwenChat.Conversation","version":1,""", lines[0], StringComparison.Ordinal);
        Assert.All(lines[1..], line => Assert.StartsWith("""{"turn":{"number":""", line, StringComparison.Ordinal));
    }

    [Fact]
    public void Only_missing_turns_are_added()
    {
        var conversation = Sample.Plain(2);
        Append(conversation);
        byte[] before = Bytes();
        Append(conversation);
        Assert.Equal(before, Bytes());
        conversation.Append(Sample.Turn(3, "C", "c"), 0);
        Append(conversation);
        Assert.Equal(before, Bytes()[..before.Length]);
        Assert.Equal(4, Lines().Length);
        Sample.AssertSame(ConversationFileContent.Of(conversation), Read());
    }

    [Fact]
    public void An_undo_is_recorded_in_the_file_and_the_cost_of_undone_turns_remains()
    {
        var conversation = Sample.Plain(3);
        Append(conversation);
        conversation.MoveTo(conversation.Path.Take(1));
        Append(conversation);
        Assert.Contains("""{"keepTurns":1}""", Lines());
        Sample.AssertSame(ConversationFileContent.Of(conversation), Read());
        conversation.Append(Sample.Turn(2, "other", "way"), 0);
        conversation.PrefixBroken = false;
        Append(conversation);
        Sample.AssertSame(ConversationFileContent.Of(conversation), Read());
        Assert.Equal(80, Read().State.Usage!.InputTokens);
    }

    [Fact]
    public void Changed_settings_and_pending_items_are_added()
    {
        var conversation = Sample.Plain(1);
        Append(conversation);
        conversation.Name = "later";
        conversation.Options = conversation.Options with { Model = "qwen-max" };
        conversation.AddPending([Sample.Item("{}", "message", "user")]);
        Append(conversation);
        Sample.AssertSame(ConversationFileContent.Of(conversation), Read());
        Assert.Equal(4, Lines().Length);
        conversation.Append(Sample.Turn(2, "B", "b"), pendingTaken: 1);
        Append(conversation);
        Sample.AssertSame(ConversationFileContent.Of(conversation), Read());
        Assert.Equal(5, Lines().Length);
    }

    [Fact]
    public void A_total_that_differs_from_the_sum_is_kept()
    {
        var record = ConversationFileContent.Of(Sample.Plain(2)) with { State = new ConversationState() };
        Append(record);
        Assert.Null(Read().State.Usage);
    }

    [Fact]
    public void An_incomplete_last_line_is_skipped_and_written_again()
    {
        var conversation = Sample.Plain(2);
        Append(conversation);
        byte[] whole = Bytes();
        int lastLine = Array.LastIndexOf(whole, (byte)'\n', whole.Length - 2) + 1;
        for (int length = lastLine + 1; length < whole.Length; length++)
        {
            bool isWhole = length == whole.Length - 1;
            Assert.Equal(isWhole ? 2 : 1, ConversationLog.Read(whole.AsMemory(0, length), "a").Turns.Count);
            // Flushing each file to disk takes time, so only some lengths are tested.
            if (!isWhole && length % 29 != 0)
                continue;
            System.IO.File.WriteAllBytes(File, whole[..length]);
            Append(conversation);
            Assert.Equal(whole, Bytes());
            Assert.Equal(!isWhole, _notices.TryTake(out var warning) && warning.Text.Contains("incomplete last line", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void An_incomplete_header_is_written_again()
    {
        var conversation = Sample.Plain(1);
        Append(conversation);
        byte[] whole = Bytes();
        for (int length = 0; length < Array.IndexOf(whole, (byte)'\n'); length += length < 60 ? 1 : 29)
        {
            System.IO.File.WriteAllBytes(File, whole[..length]);
            Sample.Refusal(() => Read());
            Append(conversation);
            Assert.Equal(whole, Bytes());
        }
    }

    [Fact]
    public void Zeros_from_a_crash_count_as_an_incomplete_line()
    {
        var conversation = Sample.Plain(1);
        Append(conversation);
        byte[] whole = Bytes();
        System.IO.File.WriteAllBytes(File, [.. whole, .. new byte[512]]);
        Assert.Single(Read().Turns);
        Append(conversation);
        Assert.Equal(whole, Bytes());
    }

    // Fuzzing found that reading was quadratic: each line caused a scan of all lines after it.
    [Fact]
    public void Millions_of_empty_lines_are_read_in_linear_time() =>
        Assert.Contains("it is empty",
        Sample.Refusal(() => ConversationLog.Read(Enumerable.Repeat((byte)'\n', 4_000_000).ToArray(), "a.jsonl").ToRecord("a.jsonl")),
            StringComparison.Ordinal);

    [Fact]
    public void A_damaged_earlier_line_is_rejected_with_its_number()
    {
        Append(Sample.Plain(3));
        var lines = Lines();
        lines[2] = lines[2][..20];
        System.IO.File.WriteAllLines(File, lines);
        byte[] before = Bytes();
        Assert.Contains("line 3:", Sample.Refusal(() => Read()), StringComparison.Ordinal);
        string refused = Sample.Refusal(() => Append(Sample.Plain(3)), QwenErrorKind.InvalidRequest);
        Assert.StartsWith($"'{File}' cannot be appended to: line 3: it is not valid JSON", refused, StringComparison.Ordinal);
        Assert.EndsWith(". Specify another file, or omit -Append to overwrite this file.", refused, StringComparison.Ordinal);
        Assert.Equal(before, Bytes());
    }

    [Theory]
    [InlineData("my notes", "it is not valid JSON")]
    [InlineData("{\"a\":1}\n", "it is not a .jsonl file written by Export-QwenConversation")]
    [InlineData("{\"format\":\"QwenChat.Conv\n", "it is not valid JSON")]
    [InlineData("{\"format\":\"QwenChat.Conversation\",\"version\":2,\"other\":1}\n", "it was written by a newer version of QwenChat")]
    [InlineData("[{\"role\":\"user\",\"content\":\"x\"}]", "it is not a .jsonl file written by Export-QwenConversation")]
    public void A_different_kind_of_file_is_not_changed(string text, string reason)
    {
        System.IO.File.WriteAllText(File, text);
        Assert.StartsWith($"'{File}' cannot be appended to: line 1: {reason}",
            Sample.Refusal(() => Append(Sample.Plain(1)), QwenErrorKind.InvalidRequest), StringComparison.Ordinal);
        Assert.Equal(text, System.IO.File.ReadAllText(File));
    }

    [Fact]
    public void The_file_of_another_conversation_is_not_changed()
    {
        Append(Sample.Plain(2));
        byte[] before = Bytes();
        var other = Sample.Plain(1);
        other.Append(Sample.Turn(2, "Another", "way"), 0);
        var refused = Assert.Throws<QwenException>(() => Append(other));
        Assert.Equal(QwenErrorKind.InvalidRequest, refused.Kind);
        Assert.Equal(before, Bytes());
    }

    // The conversation's id can differ from the id in the file, because the service assigns an id with the first turn, and a branch has its own id.
    [Fact]
    public void A_continuation_of_the_whole_file_is_appended()
    {
        var conversation = Sample.Plain(2);
        Append(conversation);
        var branch = conversation.Branch(conversation.Path);
        branch.Append(Sample.Turn(3, "C", "c"), 0);
        Append(branch);
        Sample.AssertSame(ConversationFileContent.Of(branch), Read());
        Assert.Throws<QwenException>(() => Append(conversation));
    }

    [Fact]
    public void Pending_items_are_appended_only_if_the_next_turn_has_them()
    {
        var conversation = Sample.Plain(1);
        var turn = Sample.Turn(2, "B", "b");
        conversation.AddPending(turn.Items.Take(1));
        Append(conversation);
        var other = conversation.Branch(conversation.Path);
        Assert.Throws<QwenException>(() => Append(other));
        other.Append(turn, 0);
        Append(other);
        Sample.AssertSame(ConversationFileContent.Of(other), Read());
    }

    [Fact]
    public void An_older_reply_of_the_conversation_adds_nothing()
    {
        var conversation = Sample.Plain(1);
        var reply = new QwenReply(conversation, conversation.Path, conversation.Path.Last!);
        conversation.Append(Sample.Turn(2, "B", "b"), 0);
        Append(conversation);
        byte[] before = Bytes();
        ExportFile.Append(File, ConversationFileContent.Of(reply), mayBeShorter: true, Sample.Now, _notices);
        Assert.Equal(before, Bytes());
    }

    [Fact]
    public void Turns_out_of_order_are_rejected()
    {
        Append(Sample.Plain(2));
        var lines = Lines();
        System.IO.File.WriteAllLines(File, [.. lines, lines[1]]);
        Assert.Contains("line 4: turn.number is 1, but this is turn 3 of the file", Sample.Refusal(() => Read()), StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_lines_are_skipped()
    {
        Append(Sample.Plain(1));
        System.IO.File.AppendAllText(File, "\r\n{\"note\":\"of mine\"}\n");
        Assert.Single(Read().Turns);
    }

    private void Append(QwenConversation conversation) => Append(ConversationFileContent.Of(conversation));

    private void Append(ConversationFileContent record) => ExportFile.Append(File, record, mayBeShorter: false, Sample.Now, _notices);

    private ConversationFileContent Read() => ConversationLog.Read(Bytes(), "chat.jsonl").ToRecord("chat.jsonl");

    private byte[] Bytes() => System.IO.File.ReadAllBytes(File);

    private string[] Lines() => Encoding.UTF8.GetString(Bytes()).TrimEnd('\n').Split('\n');
}
