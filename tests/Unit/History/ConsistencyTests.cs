using QwenChat.History;
using QwenChat.Model;
using Xunit;

namespace QwenChat.Tests.History;

/// <summary>
/// Tests the rules of docs/consistency.md for conversation objects on the service. The model's input must match the transcript after any failure, even if other
/// sessions use the conversation.
/// </summary>
public sealed class ConsistencyTests : ConsistencyBed
{
    [Theory]
    [InlineData(504)]
    [InlineData(502)]
    public async Task A_failed_turn_that_the_service_processed_is_deleted_before_the_next_turn(int status)
    {
        var conversation = New();
        await SendAsync(conversation, "u1");
        await FailAsync(conversation, "u2", status);
        Assert.Equal(["u1", "u2"], await UsersAsync(conversation));

        Assert.Equal("<u1,u3>", await SendAsync(conversation, "u3"));

        Assert.Equal(["u1", "u3"], await UsersAsync(conversation));
        Assert.Equal(["u1", "u3"], Messages(conversation));
        Assert.Empty(Warnings());
    }

    [Fact]
    public async Task A_late_turn_is_deleted()
    {
        var conversation = New();
        await SendAsync(conversation, "u1");
        Emulator.AddFault(new QwenEmulatorFault { Path = "/responses", Status = 504 });
        await Assert.ThrowsAsync<QwenException>(() => SendAsync(conversation, "u2"));
        await ArriveAsync(conversation, ("user", "u2"), ("assistant", "late"));

        Assert.Equal("<u1,u3>", await SendAsync(conversation, "u3"));

        Assert.Equal(["u1", "u3"], Messages(conversation));
        Assert.Empty(conversation.Held!.Intents);
        Assert.Empty(Warnings());
    }

    [Fact]
    public async Task A_check_for_a_turn_that_may_still_arrive_ends_after_the_longest_delay()
    {
        var conversation = New();
        await SendAsync(conversation, "u1");
        Emulator.AddFault(new QwenEmulatorFault { Path = "/responses", Status = 504 });
        await Assert.ThrowsAsync<QwenException>(() => SendAsync(conversation, "u2"));
        Assert.Equal("<u1,u3>", await SendAsync(conversation, "u3"));
        await ArriveAsync(conversation, ("user", "u2"), ("assistant", "late"));
        Assert.Equal("<u1,u3,u4>", await SendAsync(conversation, "u4"));

        Emulator.AddFault(new QwenEmulatorFault { Path = "/responses", Status = 504 });
        await Assert.ThrowsAsync<QwenException>(() => SendAsync(conversation, "u5"));
        Assert.Single(conversation.Held!.Intents);
        Time.Advance(WriteIntent.LongestArrival);
        await SendAsync(conversation, "u6");
        Assert.Empty(conversation.Held.Intents);
        int before = Emulator.Requests.Count;
        await SendAsync(conversation, "u7");
        Assert.Equal(before + 1, Emulator.Requests.Count);
        Assert.Equal(["u1", "u3", "u4", "u6", "u7"], Messages(conversation));
        Assert.Empty(Warnings());
    }

    [Fact]
    public async Task A_rejected_message_is_never_matched_by_its_text()
    {
        var mine = New();
        await SendAsync(mine, "u1");
        var theirs = await Client.AttachToConversationAsync(mine.Id, new QwenOptions { Thinking = QwenThinking.Off }, Notices, None);
        Emulator.AddFault(new QwenEmulatorFault { Status = 500, Times = 2 });
        await Assert.ThrowsAsync<QwenException>(() => SendAsync(mine, "go on"));
        await SendAsync(theirs, "go on");

        Assert.Equal("<u1,go on,u3>", await SendAsync(mine, "u3"));

        Assert.Equal(["u1", "go on", "u3"], await UsersAsync(mine));
        Assert.Equal(["u1", "go on", "u3"], Messages(mine));
        Assert.Equal(["u1", "go on"], Messages(theirs));
        Assert.Contains("2 items that the transcript did not have", Assert.Single(Warnings()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_conversations_turn_is_not_mistaken_for_a_lost_turn_of_the_same_text()
    {
        var mine = New();
        await SendAsync(mine, "u1");
        var theirs = await Client.AttachToConversationAsync(mine.Id, new QwenOptions { Thinking = QwenThinking.Off }, Notices, None);
        Emulator.AddFault(new QwenEmulatorFault { Status = 504, Times = 2 });
        await Assert.ThrowsAsync<QwenException>(() => SendAsync(mine, "go on"));
        await SendAsync(theirs, "go on");

        Assert.Equal("<u1,go on,u3>", await SendAsync(mine, "u3"));
        Assert.Equal(["u1", "go on", "u3"], Messages(mine));
        Assert.Equal("<u1,go on,u3,v4>", await SendAsync(theirs, "v4"));
        Assert.Equal(["u1", "go on", "u3", "v4"], Messages(theirs));
        Assert.Equal(2, Warnings().Length);
    }

    [Fact]
    public async Task A_lost_answer_is_found_once_among_identical_answers()
    {
        Answer = "Done.";
        var conversation = New();
        conversation.Connection = Connection with { MaximumRetryCount = 2 };
        await SendAsync(conversation, "one");
        Time.Advance(TimeSpan.FromDays(8));
        await SendAsync(conversation, "two");
        Emulator.AddFault(new QwenEmulatorFault { Status = 502, AfterProcessing = true, Path = "/responses" });
        var sending = SendAsync(conversation, "three");
        await Time.RunAsync(sending);

        Assert.Equal(["one", "Done.", "two", "Done.", "three", "Done."], await LiveAsync(conversation));
        Assert.Equal(["one", "two", "three"], Messages(conversation));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task A_failed_removal_loses_nothing(int deleted)
    {
        var conversation = New();
        await SendAsync(conversation, "u1");
        await SendAsync(conversation, "u2");
        Emulator.AddFault(new QwenEmulatorFault { Method = "DELETE", Skip = deleted, Status = 500 });
        await Assert.ThrowsAsync<QwenException>(() => ConversationChange.RemoveFromServiceAsync(conversation, null, Notices, None));

        Assert.Equal("<u1,u2,u3>", await SendAsync(conversation, "u3"));
        Assert.Equal(["u1", "u2", "u3"], Messages(conversation));
    }

    [Fact]
    public async Task A_removal_whose_last_answer_was_lost_can_be_repeated()
    {
        var conversation = New();
        await SendAsync(conversation, "u1");
        Emulator.AddFault(new QwenEmulatorFault { Method = "DELETE", Skip = 2, Status = 500, AfterProcessing = true });
        await Assert.ThrowsAsync<QwenException>(() => ConversationChange.RemoveFromServiceAsync(conversation, null, Notices, None));
        await ConversationChange.RemoveFromServiceAsync(conversation, null, Notices, None);
        Assert.Null(conversation.Held);
    }

    [Fact]
    public async Task An_add_whose_answer_was_lost_changes_nothing_and_can_be_repeated()
    {
        var conversation = New();
        await SendAsync(conversation, "u1");
        Emulator.AddFault(new QwenEmulatorFault { Status = 504, AfterProcessing = true, Times = 2 });
        await Assert.ThrowsAsync<QwenException>(() => AddAsync(conversation, "p"));
        Assert.Empty(conversation.Pending);

        await AddAsync(conversation, "p");

        Assert.Equal("<u1,p,u2>", await SendAsync(conversation, "u2"));
        Assert.Equal(["p", "u2", "<u1,p,u2>"], conversation.Path.Last!.Items.Select(item => item.Text));
        Assert.Empty(Warnings());
    }

    [Fact]
    public async Task An_add_that_fails_in_its_second_call_leaves_no_items()
    {
        var conversation = New();
        await SendAsync(conversation, "u1");
        string[] texts = Enumerable.Range(1, 25).Select(i => $"i{i}").ToArray();
        Emulator.AddFault(new QwenEmulatorFault { Method = "POST", Path = "items", Skip = 1, Status = 400 });
        var failure = await Assert.ThrowsAsync<QwenException>(() => AddAsync(conversation, texts));
        Assert.Equal(QwenErrorKind.InvalidRequest, failure.Kind);
        Assert.Contains("Only 20 of 25 items", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await LiveAsync(conversation)).Length);

        await AddAsync(conversation, texts);

        Assert.Equal(27, (await LiveAsync(conversation)).Length);
        Assert.Equal(texts, conversation.Pending.Select(item => item.Text));
    }

    [Fact]
    public async Task Items_that_a_failed_add_left_are_deleted_later()
    {
        var conversation = New();
        await SendAsync(conversation, "u1");
        Emulator.AddFault(new QwenEmulatorFault { Method = "POST", Path = "items", Skip = 1, Status = 400 });
        Emulator.AddFault(new QwenEmulatorFault { Method = "DELETE", Skip = 3, Status = 500, Times = 100 });
        await Assert.ThrowsAsync<QwenException>(() => AddAsync(conversation, Enumerable.Range(1, 25).Select(i => $"i{i}").ToArray()));
        Emulator.ClearFaults();
        Assert.Equal(2 + 17, (await LiveAsync(conversation)).Length);

        Assert.Equal("<u1,u2>", await SendAsync(conversation, "u2"));
        Assert.Equal(["u1", "u2"], Messages(conversation));
    }

    [Fact]
    public async Task If_the_first_answer_of_a_copy_is_lost_no_item_is_added_twice()
    {
        var source = Client.NewConversation(QwenApi.ChatCompletions, new QwenOptions { Thinking = QwenThinking.Off });
        await AddAsync(source, Enumerable.Range(1, 25).Select(i => $"i{i}").ToArray());
        var copy = ConversationEdit.Copy(source, source.Path, true, QwenApi.Conversations, Notices);
        Emulator.AddFault(new QwenEmulatorFault { Skip = 1, Status = 504, AfterProcessing = true, Times = 2 });
        await Assert.ThrowsAsync<QwenException>(() => SendAsync(copy, "u1"));
        Emulator.ClearFaults();

        await SendAsync(copy, "u2");

        Assert.Equal(27, (await LiveAsync(copy)).Length);
        Assert.Equal(26, (await UsersAsync(copy)).Distinct().Count());
    }

    public static TheoryData<string> Changes => new("add", "metadata", "undo", "remove item", "remove");

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_conversation_object_deleted_elsewhere_is_recreated_after_a_change(string change)
    {
        var conversation = New();
        await SendAsync(conversation, "u1");
        await SendAsync(conversation, "u2");
        string before = conversation.Id;
        await Service.DeleteAsync(before, None);

        await (change switch
        {
            "add" => AddAsync(conversation, "p"),
            "metadata" => ConversationChange.SetMetadataAsync(conversation, new Dictionary<string, string> { ["a"] = "b" }, null, Notices, None),
            "undo" => ConversationEdit.UndoAsync(conversation, 1, None, null, Notices),
            "remove item" => ConversationEdit.RemoveAsync(conversation, conversation.Path[1].Items[1].Id!, None, null, Notices),
            _ => ConversationChange.RemoveFromServiceAsync(conversation, null, Notices, None),
        });
        string answer = await SendAsync(conversation, "u3");

        Assert.Equal(change switch { "add" => "<u1,u2,p,u3>", "undo" => "<u1,u3>", _ => "<u1,u2,u3>" }, answer);
        Assert.NotEqual(before, conversation.Id);
        if (change == "metadata")
            Assert.Equal("b", (await Service.ReadAsync(conversation.Id, None)).Metadata["a"]);
    }

    [Fact]
    public async Task With_NoRebuild_lost_state_is_an_error_after_an_undo()
    {
        var conversation = New();
        foreach (string text in (string[])["u1", "u2", "u3"])
            await SendAsync(conversation, text);
        Time.Advance(TimeSpan.FromDays(8));
        await ConversationEdit.UndoAsync(conversation, 1, None);

        var failure = await Assert.ThrowsAsync<QwenException>(() => SendAsync(conversation, "x", noRebuild: true));

        Assert.Equal(QwenErrorKind.StateExpired, failure.Kind);
        Assert.Empty(await LiveAsync(conversation));
        Assert.Equal("<u1,u2,x>", await SendAsync(conversation, "x"));
        Assert.Contains("sending 2 turns again", Assert.Single(Warnings()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_of_a_stopped_answer_that_only_the_service_has_is_reported_once()
    {
        Answer = "one two three";
        var conversation = New();
        Emulator.AddFault(new QwenEmulatorFault { EndlessEvents = true, Path = "/responses" });
        await foreach (var delta in Client.StreamAsync(conversation, "u1"))
        {
            if (delta.Text.Length > 0)
                break;
        }
        string kept = conversation.Path[0].Text;
        await ArriveAsync(conversation, ("user", "u1"), ("assistant", kept + " and more"));
        Answer = null;

        Assert.Equal("<u1,u2>", await SendAsync(conversation, "u2"));

        Assert.Contains("9 more characters than the transcript shows", Assert.Single(Warnings()), StringComparison.Ordinal);
        await SendAsync(conversation, "u3");
        Assert.Empty(Warnings());
        Assert.Equal(kept, conversation.Path[0].Text);
    }
}
