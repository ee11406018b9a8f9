using QwenChat.History;
using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.Context;

/// <summary>
/// Conversations whose history the service keeps as an object, from end to end with the emulator: the Conversations column of the design's table of
/// operations.
/// </summary>
public sealed class RemoteHistoryTests : IDisposable
{
    private readonly FakeTime _time = new();
    private readonly QwenEmulator _emulator;
    private readonly QwenConnection _connection;
    private readonly QwenClient _client;
    private readonly NoticeQueue _notices = new();

    public RemoteHistoryTests()
    {
        _emulator = QwenEmulator.Start(new QwenEmulatorOptions
        {
            TimeProvider = _time,
            Reply = (prompt, _) => $"{prompt.Messages.Count(m => m.Role == "user")}: {prompt.Messages[^1].Text}",
        });
        _connection = QwenConnection.To(_emulator.BaseUri, _emulator.ApiKey) with { MaximumRetryCount = 0 };
        _client = new QwenClient(_connection, _time, Transport.For);
    }

    public void Dispose() => _emulator.Dispose();

    private static CancellationToken None => CancellationToken.None;

    private QwenConversation New(QwenConnection? connection = null) =>
        new QwenClient(connection ?? _connection, _time, Transport.For).NewConversation(QwenApi.Conversations, new QwenOptions { Thinking = QwenThinking.Off });

    private async Task<QwenReply> SendAsync(QwenConversation conversation, string message, bool noRebuild = false, bool stream = false)
    {
        var request = new TurnRequest { Message = MessageDraft.OfText("user", message), NoRebuild = noRebuild, Stream = stream };
        await foreach (var delta in new QwenClient(conversation.Connection, _time, Transport.For).RunAsync(conversation, request, _notices, None))
        {
            if (delta.Reply is { } reply)
                return reply;
        }
        throw new InvalidOperationException();
    }

    private async Task<string[]> LiveAsync(string id) =>
        (await new ConversationsApi(_connection, Transport.For(_connection), _notices).ReadAllItemsAsync(id, None)).Select(item => item.Text).ToArray();

    private ConversationsApi Service => new(_connection, Transport.For(_connection), _notices);

    /// <summary>Streams a turn, and stops it in its midst: before the service could have ended it and kept it.</summary>
    private async Task StopAsync(QwenConversation conversation, string message)
    {
        _emulator.AddFault(new QwenEmulatorFault { EndlessEvents = true, Path = "/responses" });
        await foreach (var delta in _client.StreamAsync(conversation, message))
        {
            if (delta.Text.Length > 0)
                break;
        }
    }

    private string[] Warnings()
    {
        var texts = new List<string>();
        while (_notices.TryTake(out var notice))
        {
            if (notice.Level == NoticeLevel.Warning)
                texts.Add(notice.Text);
        }
        return [.. texts];
    }

    private int Count(string method, string path) =>
        _emulator.Requests.Count(request => request.Method == method && request.Path.Contains(path, StringComparison.Ordinal));

    [Fact]
    public async Task The_service_adds_both_sides_itself()
    {
        var conversation = New();
        Assert.StartsWith("local_", conversation.Id, StringComparison.Ordinal);
        Assert.Equal("1: One", (await SendAsync(conversation, "One")).Text);
        Assert.Equal("2: Two", (await SendAsync(conversation, "Two")).Text);
        Assert.StartsWith("conv_", conversation.Id, StringComparison.Ordinal);
        Assert.Equal(["One", "1: One", "Two", "2: Two"], await LiveAsync(conversation.Id));
        Assert.Contains($"\"conversation\":\"{conversation.Id}\"", _emulator.Requests.Last(r => r.Path.EndsWith("/responses", StringComparison.Ordinal)).Body,
            StringComparison.Ordinal);
        Assert.Equal((1, 0), (Count("POST", "/conversations"), Count("POST", "/items")));
    }

    [Fact]
    public async Task Instructions_go_with_every_turn()
    {
        var conversation = _client.NewConversation(QwenApi.Conversations, new QwenOptions { Instructions = "Be brief." });
        await SendAsync(conversation, "One");
        await SendAsync(conversation, "Two");
        Assert.All(_emulator.Requests.Where(r => r.Path.EndsWith("/responses", StringComparison.Ordinal)),
            r => Assert.Contains("\"instructions\":\"Be brief.\"", r.Body, StringComparison.Ordinal));
        Assert.DoesNotContain("Be brief.", await LiveAsync(conversation.Id));
    }

    [Fact]
    public async Task A_conversation_is_made_with_its_metadata_and_items_in_calls_of_20()
    {
        var conversation = New();
        conversation.Metadata = new Dictionary<string, string> { ["topic"] = "demo" };
        await ConversationEdit.AddAsync(conversation, Enumerable.Range(0, 45).Select(i => MessageDraft.OfText("user", $"m{i}")).ToArray(), None);
        await _client.CreateAtServiceAsync(conversation, _notices, None);
        Assert.Equal(3, _emulator.Requests.Count);
        Assert.Equal(Enumerable.Range(0, 45).Select(i => $"m{i}"), await LiveAsync(conversation.Id));
        Assert.Equal("demo", (await Service.ReadAsync(conversation.Id, None)).Metadata["topic"]);
        Assert.Equal("46: Hi", (await SendAsync(conversation, "Hi")).Text);
    }

    [Fact]
    public async Task A_conversation_is_attached_to_and_gone_on_with()
    {
        var conversation = New();
        await SendAsync(conversation, "One");
        await SendAsync(conversation, "Two");
        await ConversationEdit.AddAsync(conversation, [MessageDraft.OfText("user", "By the way.")], None);
        var attached = await _client.AttachToConversationAsync(conversation.Id, new QwenOptions(), _notices, None);
        Assert.Equal(conversation.Turns.Select(turn => (turn.Message, turn.Text)), attached.Turns.Select(turn => (turn.Message, turn.Text)));
        Assert.Equal(["By the way."], attached.Pending.Select(item => item.Text));
        Assert.Equal(conversation.Id, attached.Id);
        Assert.Equal("4: Three", (await SendAsync(attached, "Three")).Text);
        Assert.Equal(2, attached.Turns[2].InputCount);
    }

    [Fact]
    public async Task A_long_conversation_is_read_back_page_by_page()
    {
        var conversation = New();
        for (int i = 0; i < 60; i++)
            await ConversationEdit.AddAsync(conversation, [MessageDraft.OfText("user", $"q{i}"), MessageDraft.OfText("assistant", $"a{i}")], None);
        await _client.CreateAtServiceAsync(conversation, _notices, None);
        for (int i = 60; i < 220; i += 10)
            await ConversationEdit.AddAsync(conversation, Enumerable.Range(i, 10)
                .SelectMany(n => new[] { MessageDraft.OfText("user", $"q{n}"), MessageDraft.OfText("assistant", $"a{n}") }).ToArray(), None);
        var attached = await _client.AttachToConversationAsync(conversation.Id, new QwenOptions(), _notices, None);
        Assert.Equal(Enumerable.Range(0, 220).Select(i => ($"q{i}", $"a{i}", i + 1)), attached.Turns.Select(turn => (turn.Message, turn.Text, turn.Number)));
        Assert.Equal(5, Count("GET", "/items"));
    }

    [Fact]
    public async Task A_reply_is_branched_from_into_an_object_of_its_own()
    {
        var conversation = New();
        var root = await SendAsync(conversation, "Root");
        await SendAsync(conversation, "Trunk");
        var branch = root.Continue();
        Assert.StartsWith("local_", branch.Id, StringComparison.Ordinal);
        Assert.Equal("2: Branch", (await SendAsync(branch, "Branch")).Text);
        Assert.NotEqual(conversation.Id, branch.Id);
        Assert.Equal(["Root", "1: Root", "Branch", "2: Branch"], await LiveAsync(branch.Id));
        Assert.Equal("3: More", (await SendAsync(conversation, "More")).Text);
        Assert.Empty(Warnings());
    }

    [Fact]
    public async Task A_copy_of_the_first_turns_gets_an_object_of_its_own()
    {
        var conversation = New();
        for (int i = 0; i < 15; i++)
            await SendAsync(conversation, $"m{i}");
        var copy = ConversationEdit.Copy(conversation, conversation.Path.Take(12), false, null, _notices);
        Assert.Equal("13: New", (await SendAsync(copy, "New")).Text);
        Assert.Equal(26, (await LiveAsync(copy.Id)).Length);
    }

    [Fact]
    public async Task An_undone_turn_is_deleted_at_the_service_first()
    {
        var conversation = New();
        await SendAsync(conversation, "One");
        await SendAsync(conversation, "Two");
        await ConversationEdit.UndoAsync(conversation, 1, None);
        Assert.Equal(["One", "1: One"], await LiveAsync(conversation.Id));
        Assert.Equal("2: Instead", (await SendAsync(conversation, "Instead")).Text);
        Assert.Equal(["One", "Instead"], conversation.Turns.Select(turn => turn.Message));
    }

    [Fact]
    public async Task When_the_service_does_not_delete_nothing_is_undone()
    {
        var conversation = New();
        await SendAsync(conversation, "One");
        await SendAsync(conversation, "Two");
        _emulator.AddFault(new QwenEmulatorFault { Method = "DELETE", Status = 500, Skip = 1 });
        await Assert.ThrowsAsync<QwenException>(() => ConversationEdit.UndoAsync(conversation, 1, None));
        Assert.Equal(["One", "Two"], conversation.Turns.Select(turn => turn.Message));
        // The answer was deleted before the question could not be: it is put back.
        Assert.Equal("3: Three", (await SendAsync(conversation, "Three")).Text);
        Assert.Equal(["One", "1: One", "Two", "2: Two", "Three", "3: Three"], await LiveAsync(conversation.Id));
    }

    [Fact]
    public async Task After_an_interrupted_turn_what_is_lacking_is_added()
    {
        var conversation = New();
        await SendAsync(conversation, "First");
        await StopAsync(conversation, "one two three four five");
        Assert.Equal(QwenReplyState.Interrupted, conversation.Path.Last!.State);
        Assert.Equal(2, (await LiveAsync(conversation.Id)).Length);
        Assert.Equal("3: Go on", (await SendAsync(conversation, "Go on")).Text);
        var live = await LiveAsync(conversation.Id);
        Assert.Equal(["First", "1: First", "one two three four five", conversation.Path[1].Text, "Go on", "3: Go on"], live);
        await SendAsync(conversation, "Again");
        Assert.Equal(8, (await LiveAsync(conversation.Id)).Length);
    }

    [Fact]
    public async Task An_interrupted_turn_that_the_service_has_whole_is_not_added_again()
    {
        var conversation = New();
        await SendAsync(conversation, "First");
        await StopAsync(conversation, "one two three four five");
        await Service.AddAsync(conversation.Id, ResponseMessages(("user", "one two three four five"), ("assistant", "2: one two three four five")), None);
        Assert.Equal("3: Go on", (await SendAsync(conversation, "Go on")).Text);
        Assert.Equal(6, (await LiveAsync(conversation.Id)).Length);
    }

    [Fact]
    public async Task Items_are_added_at_once_and_taken_into_the_turn_that_follows()
    {
        var conversation = New();
        await SendAsync(conversation, "One");
        var added = await ConversationEdit.AddAsync(conversation, Enumerable.Range(0, 25).Select(i => MessageDraft.OfText("user", $"m{i}")).ToArray(), None);
        Assert.Equal(2, Count("POST", "/items"));
        Assert.All(added, item => Assert.StartsWith("msg_", item.Id, StringComparison.Ordinal));
        Assert.Equal("27: Two", (await SendAsync(conversation, "Two")).Text);
        Assert.Equal(27, conversation.Path[1].Items.Count);
        Assert.Equal(27 + 2, (await LiveAsync(conversation.Id)).Length);
    }

    [Fact]
    public async Task An_item_is_removed_by_either_of_its_ids()
    {
        var conversation = New();
        await SendAsync(conversation, "Secret");
        await SendAsync(conversation, "Two");
        await ConversationEdit.RemoveAsync(conversation, conversation.Path[0].Items[0].Id!, None);
        var items = await Service.ReadAllItemsAsync(conversation.Id, None);
        await ConversationEdit.RemoveAsync(conversation, items[0].Id!, None);
        Assert.Equal(["Two", "2: Two"], await LiveAsync(conversation.Id));
        Assert.Equal(["Two", "2: Two"], conversation.Items.Select(item => item.Text));
        Assert.Equal("2: Three", (await SendAsync(conversation, "Three")).Text);
        Assert.Equal(QwenErrorKind.NotFound,
            (await Assert.ThrowsAsync<QwenException>(() => ConversationEdit.RemoveAsync(conversation, "msg_none", None))).Kind);
    }

    [Fact]
    public async Task The_oldest_item_says_when_it_expires()
    {
        var conversation = New();
        Assert.Null(conversation.ExpiresAt);
        var first = (await SendAsync(conversation, "One")).CreatedAt;
        _time.Advance(TimeSpan.FromDays(2));
        await SendAsync(conversation, "Two");
        Assert.Equal(first.AddDays(7), conversation.ExpiresAt);
    }

    [Fact]
    public async Task A_day_before_there_is_one_warning()
    {
        var conversation = New();
        await SendAsync(conversation, "One");
        _time.Advance(TimeSpan.FromDays(5.9));
        await SendAsync(conversation, "Two");
        Assert.Empty(Warnings());
        _time.Advance(TimeSpan.FromDays(0.5));
        await SendAsync(conversation, "Three");
        Assert.Contains("forgets the oldest items", Assert.Single(Warnings()), StringComparison.Ordinal);
        await SendAsync(conversation, "Four");
        Assert.Empty(Warnings());
    }

    [Fact]
    public async Task A_conversation_that_expired_is_put_back_once()
    {
        var conversation = New();
        await SendAsync(conversation, "One");
        await SendAsync(conversation, "Two");
        string id = conversation.Id;
        _time.Advance(TimeSpan.FromDays(8));
        Assert.Empty(await LiveAsync(id));
        var reply = await SendAsync(conversation, "Three");
        Assert.Equal("3: Three", reply.Text);
        Assert.Contains("2 turn(s) are sent again", Assert.Single(Warnings()), StringComparison.Ordinal);
        Assert.Equal((true, 2), (reply.Context.Rebuilt, reply.Context.TurnsSent));
        Assert.Equal(id, conversation.Id);
        var next = await SendAsync(conversation, "Four");
        Assert.Equal((false, 0), (next.Context.Rebuilt, next.Context.TurnsSent));
        Assert.Empty(Warnings());
    }

    [Fact]
    public async Task A_conversation_whose_oldest_items_expired_is_put_back_whole_and_in_order()
    {
        var conversation = New();
        for (int i = 1; i <= 5; i++)
        {
            await SendAsync(conversation, $"m{i}");
            _time.Advance(TimeSpan.FromDays(2));
        }
        // Two turns were put back on day 8, with the fifth; now it is day 10, and nothing is older than 7 days.
        Assert.Equal("6: m6", (await SendAsync(conversation, "m6")).Text);
        Assert.Equal(Enumerable.Range(1, 6).SelectMany(i => new[] { $"m{i}", $"{i}: m{i}" }), await LiveAsync(conversation.Id));
        Assert.Single(Warnings());
    }

    [Fact]
    public async Task Without_rebuilding_expired_state_is_an_error_and_nothing_is_changed()
    {
        var conversation = New();
        await SendAsync(conversation, "One");
        _time.Advance(TimeSpan.FromDays(8));
        int before = _emulator.Requests.Count;
        var failure = await Assert.ThrowsAsync<QwenException>(() => SendAsync(conversation, "Two", noRebuild: true));
        Assert.Equal(QwenErrorKind.StateExpired, failure.Kind);
        Assert.Equal((1, before), (conversation.Path.Count, _emulator.Requests.Count));
        Assert.Equal("2: Two", (await SendAsync(conversation, "Two")).Text);
    }

    [Fact]
    public async Task A_conversation_that_was_deleted_elsewhere_is_made_anew()
    {
        var conversation = New();
        await SendAsync(conversation, "One");
        string id = conversation.Id;
        await Service.DeleteAsync(id, None);
        Assert.Equal(QwenErrorKind.StateExpired, (await Assert.ThrowsAsync<QwenException>(() => SendAsync(conversation, "Two", noRebuild: true))).Kind);
        Assert.Equal("2: Two", (await SendAsync(conversation, "Two")).Text);
        Assert.NotEqual(id, conversation.Id);
        Assert.Contains("1 turn(s) are sent again", Assert.Single(Warnings()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_another_address_it_is_made_anew()
    {
        using var other = QwenEmulator.Start(new QwenEmulatorOptions { TimeProvider = _time });
        var conversation = New();
        await SendAsync(conversation, "My name is Ada.");
        conversation.Connection = QwenConnection.To(other.BaseUri, other.ApiKey);
        Assert.Equal("Your name is Ada.", (await SendAsync(conversation, "What is my name?")).Text);
        Assert.Contains("another address", Assert.Single(Warnings()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_others_added_is_kept_when_it_is_put_back()
    {
        var conversation = New();
        await SendAsync(conversation, "One");
        _time.Advance(TimeSpan.FromDays(4));
        var elsewhere = await _client.AttachToConversationAsync(conversation.Id, new QwenOptions(), _notices, None);
        await SendAsync(elsewhere, "Theirs");
        await SendAsync(conversation, "Two");
        _time.Advance(TimeSpan.FromDays(4));
        Assert.Equal("4: Three", (await SendAsync(conversation, "Three")).Text);
        Assert.Equal(["One", "Theirs", "Two", "Three"], conversation.Turns.Select(turn => turn.Message));
        Assert.Equal([1, 2, 3, 4], conversation.Turns.Select(turn => turn.Number));
        Assert.Equal(["One", "1: One", "Theirs", "2: Theirs", "Two", "3: Two", "Three", "4: Three"], await LiveAsync(conversation.Id));
    }

    [Fact]
    public async Task Of_an_old_conversation_it_is_asked_whether_the_oldest_item_is_still_there()
    {
        var conversation = New();
        await SendAsync(conversation, "Gone");
        _time.Advance(TimeSpan.FromDays(5));
        await SendAsync(conversation, "One");
        _time.Advance(TimeSpan.FromDays(3));
        var attached = await _client.AttachToConversationAsync(conversation.Id, new QwenOptions { Thinking = QwenThinking.Off }, _notices, None);
        Assert.Null(attached.ExpiresAt);
        Assert.Equal("2: Two", (await SendAsync(attached, "Two")).Text);
        _time.Advance(TimeSpan.FromDays(5));
        Assert.Equal("3: Three", (await SendAsync(attached, "Three")).Text);
        Assert.Contains("2 turn(s) are sent again", Assert.Single(Warnings()), StringComparison.Ordinal);
        Assert.Equal(["One", "2: One", "Two", "2: Two", "Three", "3: Three"], await LiveAsync(attached.Id));
    }

    public static TheoryData<string> LostAnswers => new("cut before headers", "cut in headers", "cut in the body", "500 after processing");

    private static QwenEmulatorFault Fault(string kind) => kind switch
    {
        "cut before headers" => new QwenEmulatorFault { AfterProcessing = true, CutBeforeHeaders = true, Path = "/responses" },
        "cut in headers" => new QwenEmulatorFault { AfterProcessing = true, CutInHeaders = true, Path = "/responses" },
        "500 after processing" => new QwenEmulatorFault { AfterProcessing = true, Status = 500, Path = "/responses" },
        _ => new QwenEmulatorFault { AfterProcessing = true, CutAfterBytes = 40, Path = "/responses" },
    };

    [Theory]
    [MemberData(nameof(LostAnswers))]
    public async Task An_answer_that_was_lost_is_read_from_the_conversation(string kind)
    {
        var conversation = New();
        await SendAsync(conversation, "Same");
        _emulator.AddFault(Fault(kind));
        var reply = await SendAsync(conversation, "Same");
        Assert.Equal("2: Same", reply.Text);
        Assert.Contains("read from the conversation", Assert.Single(Warnings()), StringComparison.Ordinal);
        Assert.Equal(2, Count("POST", "/responses"));
        Assert.Equal(["Same", "1: Same", "Same", "2: Same"], await LiveAsync(conversation.Id));
        Assert.Equal("3: Next", (await SendAsync(conversation, "Next")).Text);
        Assert.Equal(6, (await LiveAsync(conversation.Id)).Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_that_did_not_arrive_is_sent_again(bool byStatus)
    {
        var conversation = New(_connection with { MaximumRetryCount = 2 });
        await SendAsync(conversation, "One");
        _emulator.AddFault(byStatus ? new QwenEmulatorFault { Status = 503, Path = "/responses" }
            : new QwenEmulatorFault { CutBeforeHeaders = true, Path = "/responses" });
        var sending = SendAsync(conversation, "Two");
        await _time.RunAsync(sending);
        Assert.Equal("2: Two", (await sending).Text);
        Assert.Empty(Warnings());
        Assert.Equal(["One", "1: One", "Two", "2: Two"], await LiveAsync(conversation.Id));
    }

    [Fact]
    public async Task A_failure_that_says_nothing_was_done_is_no_reason_to_read_the_items()
    {
        var conversation = New();
        await SendAsync(conversation, "One");
        _emulator.AddFault(new QwenEmulatorFault { Status = 400, Path = "/responses" });
        await Assert.ThrowsAsync<QwenException>(() => SendAsync(conversation, "Two"));
        await SendAsync(conversation, "Three");
        Assert.Equal(0, Count("GET", "/items"));
    }

    [Fact]
    public async Task A_turn_that_was_given_up_leaves_nothing_at_the_service()
    {
        var conversation = New();
        await SendAsync(conversation, "One");
        _emulator.AddFault(new QwenEmulatorFault { AfterProcessing = true, CutAfterEvents = 4, Cut = QwenEmulatorCut.Reset, Path = "/responses" });
        await Assert.ThrowsAsync<QwenException>(() => SendAsync(conversation, "two words and more", stream: true));
        Assert.Equal(1, conversation.Path.Count);
        Assert.Equal("2: Three", (await SendAsync(conversation, "Three")).Text);
        Assert.Equal(["One", "1: One", "Three", "2: Three"], await LiveAsync(conversation.Id));
    }

    [Fact]
    public async Task Items_whose_adding_was_not_answered_are_not_added_twice()
    {
        var conversation = New();
        await SendAsync(conversation, "One");
        _emulator.AddFault(new QwenEmulatorFault { AfterProcessing = true, CutBeforeHeaders = true, Method = "POST", Path = "/items" });
        await ConversationEdit.AddAsync(conversation, [MessageDraft.OfText("user", "a"), MessageDraft.OfText("user", "b")], None);
        Assert.Equal(["One", "1: One", "a", "b"], await LiveAsync(conversation.Id));
        Assert.Equal(1, Count("POST", "/items"));
        Assert.Equal("4: Two", (await SendAsync(conversation, "Two")).Text);
    }

    [Fact]
    public async Task A_rebuilding_whose_adding_was_not_answered_adds_nothing_twice()
    {
        var conversation = New();
        for (int i = 0; i < 25; i++)
            await SendAsync(conversation, "same");
        _time.Advance(TimeSpan.FromDays(8));
        _emulator.AddFault(new QwenEmulatorFault { AfterProcessing = true, CutBeforeHeaders = true, Method = "POST", Path = "/items", Skip = 1 });
        Assert.Equal("26: same", (await SendAsync(conversation, "same")).Text);
        Assert.Equal(52, (await LiveAsync(conversation.Id)).Length);
    }

    [Fact]
    public async Task A_rebuilding_that_failed_half_way_is_done_again()
    {
        var conversation = New();
        for (int i = 0; i < 25; i++)
            await SendAsync(conversation, $"m{i}");
        _time.Advance(TimeSpan.FromDays(8));
        _emulator.AddFault(new QwenEmulatorFault { Status = 400, Method = "POST", Path = "/items", Skip = 1 });
        await Assert.ThrowsAsync<QwenException>(() => SendAsync(conversation, "New"));
        Assert.Equal("26: New", (await SendAsync(conversation, "New")).Text);
        Assert.Equal(Enumerable.Range(0, 25).SelectMany(i => new[] { $"m{i}", $"{i + 1}: m{i}" }).Concat(["New", "26: New"]), await LiveAsync(conversation.Id));
    }

    [Fact]
    public async Task It_is_deleted_with_its_items()
    {
        var conversation = New();
        await SendAsync(conversation, "One");
        string id = conversation.Id;
        await ConversationChange.RemoveFromServiceAsync(conversation, null, _notices, None);
        Assert.Empty(await LiveAsync(id));
        Assert.Equal(QwenErrorKind.NotFound, (await Assert.ThrowsAsync<QwenException>(() => Service.ReadAsync(id, None))).Kind);
        Assert.Null(conversation.ExpiresAt);
        Assert.Equal("2: Two", (await SendAsync(conversation, "Two")).Text);
    }

    [Fact]
    public async Task Metadata_is_replaced_at_the_service()
    {
        var conversation = New();
        await SendAsync(conversation, "One");
        await ConversationChange.SetMetadataAsync(conversation, new Dictionary<string, string> { ["a"] = "b" }, null, _notices, None);
        Assert.Equal(new Dictionary<string, string> { ["a"] = "b" }, (await Service.ReadAsync(conversation.Id, None)).Metadata);
    }

    public static TheoryData<int, int, int> TooMuch => new() { { 17, 1, 1 }, { 1, 65, 1 }, { 1, 1, 513 } };

    [Theory]
    [MemberData(nameof(TooMuch))]
    public async Task Metadata_that_the_service_would_refuse_is_refused_before(int pairs, int name, int value)
    {
        var conversation = New();
        await SendAsync(conversation, "One");
        int before = _emulator.Requests.Count;
        var metadata = Enumerable.Range(0, pairs).ToDictionary(i => $"{i}".PadLeft(name, 'n'), _ => new string('v', value));
        var failure = await Assert.ThrowsAsync<QwenException>(() => ConversationChange.SetMetadataAsync(conversation, metadata, null, _notices, None));
        Assert.Equal((QwenErrorKind.InvalidRequest, before), (failure.Kind, _emulator.Requests.Count));
        Assert.Empty(conversation.Metadata);
    }

    [Fact]
    public async Task A_conversation_with_thinking_and_tools_moves_here_as_messages_and_back()
    {
        var local = _client.NewConversation(QwenApi.ChatCompletions);
        await ConversationEdit.AddAsync(local,
        [
            MessageDraft.OfText("user", "Weather?"),
            new MessageDraft("assistant", []) { Thinking = "Hm.", ToolCalls = [new QwenToolCall("c1", "weather", "{}")] },
            MessageDraft.OfText("tool", "Sunny") with { ToolCallId = "c1" },
            MessageDraft.OfText("assistant", "It is sunny."),
        ], None);
        var moved = ConversationEdit.Copy(local, local.Path, true, QwenApi.Conversations, _notices);
        Assert.Equal(2, Warnings().Length);
        Assert.Equal(["message"], moved.Pending.Select(item => item.Type).Distinct());
        await SendAsync(moved, "Thanks");
        Assert.Equal(["Weather?", "[Call c1: weather {}]", "[Result of the call c1]Sunny", "It is sunny.", "Thanks"], (await LiveAsync(moved.Id)).Take(5));
        var back = ConversationEdit.Copy(moved, moved.Path, true, QwenApi.ChatCompletions, _notices);
        Assert.Equal("4: More", (await SendAsync(back, "More")).Text);
        Assert.Equal(QwenApi.ChatCompletions, back.ApiKind);
    }

    [Fact]
    public async Task Thinking_of_the_services_own_is_left_out_when_it_is_put_back()
    {
        var conversation = _client.NewConversation(QwenApi.Conversations, new QwenOptions { Thinking = QwenThinking.On });
        await SendAsync(conversation, "One");
        Assert.NotEqual("", conversation.Path[0].Thinking);
        _time.Advance(TimeSpan.FromDays(8));
        Assert.Equal("2: Two", (await SendAsync(conversation, "Two")).Text);
        Assert.NotEqual("", conversation.Path[0].Thinking);
        await SendAsync(conversation, "Three");
        Assert.Single(Warnings());
    }

    [Fact]
    public void It_cannot_be_stateless() => Assert.Equal(QwenErrorKind.InvalidRequest,
        Assert.Throws<QwenException>(() => _client.NewConversation(QwenApi.Conversations, stateless: true)).Kind);

    [Theory]
    [InlineData("msg_1")]
    [InlineData("resp_1")]
    [InlineData("local_1")]
    [InlineData("a/b")]
    public async Task What_is_no_conversations_id_is_refused_before_any_request(string id)
    {
        var failure = await Assert.ThrowsAsync<QwenException>(() => _client.AttachToConversationAsync(id, new QwenOptions(), _notices, None));
        Assert.Equal((QwenErrorKind.InvalidRequest, 0), (failure.Kind, _emulator.Requests.Count));
    }

    [Fact]
    public async Task Times_are_utc_whether_told_in_milliseconds_or_seconds()
    {
        var conversation = New();
        var reply = await SendAsync(conversation, "One");
        var attached = await _client.AttachToConversationAsync(conversation.Id, new QwenOptions(), _notices, None);
        var stored = await _client.Responses(_notices).ReadAsync(reply.ResponseId!, None);
        Assert.All([reply.CreatedAt, attached.CreatedAt, attached.Turns[0].CreatedAt, stored.CreatedAt!.Value, conversation.CreatedAt],
            time => Assert.Equal((_time.GetUtcNow(), TimeSpan.Zero), (time, time.Offset)));
    }

    private static List<QwenItem> ResponseMessages(params (string Role, string Text)[] messages) =>
        messages.SelectMany(message => Protocols.ChatProtocolFor(message.Role, message.Text)).ToList();

    private static class Protocols
    {
        public static IReadOnlyList<QwenItem> ChatProtocolFor(string role, string text) =>
            QwenChat.Protocols.ChatProtocol.For(QwenApi.Conversations, "").WriteMessage(MessageDraft.OfText(role, text), DateTimeOffset.UnixEpoch);
    }
}
