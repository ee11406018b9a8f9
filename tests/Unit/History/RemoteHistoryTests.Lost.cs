using QwenChat.History;
using QwenChat.Model;
using Xunit;

namespace QwenChat.Tests.History;

public sealed partial class RemoteHistoryTests
{
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
    public async Task A_lost_answer_is_read_from_the_conversation(string kind)
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
    public async Task After_a_failure_without_effect_the_items_are_not_read()
    {
        var conversation = New();
        await SendAsync(conversation, "One");
        _emulator.AddFault(new QwenEmulatorFault { Status = 400, Path = "/responses" });
        await Assert.ThrowsAsync<QwenException>(() => SendAsync(conversation, "Two"));
        await SendAsync(conversation, "Three");
        Assert.Equal(0, Count("GET", "/items"));
    }

    [Fact]
    public async Task An_abandoned_turn_leaves_nothing_on_the_service()
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
    public async Task Items_of_an_unanswered_add_are_not_added_twice()
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
    public async Task A_rebuild_with_an_unanswered_add_adds_nothing_twice()
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
    public async Task A_rebuild_that_failed_halfway_is_repeated()
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
    public async Task A_conversation_is_deleted_with_its_items()
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
    public async Task Metadata_is_replaced_on_the_service()
    {
        var conversation = New();
        await SendAsync(conversation, "One");
        await ConversationChange.SetMetadataAsync(conversation, new Dictionary<string, string> { ["a"] = "b" }, null, _notices, None);
        Assert.Equal(new Dictionary<string, string> { ["a"] = "b" }, (await Service.ReadAsync(conversation.Id, None)).Metadata);
    }

    public static TheoryData<int, int, int> TooMuch => new() { { 17, 1, 1 }, { 1, 65, 1 }, { 1, 1, 513 } };

    [Theory]
    [MemberData(nameof(TooMuch))]
    public async Task Invalid_metadata_is_rejected_before_the_request(int pairs, int name, int value)
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
    public async Task A_conversation_with_thinking_and_tools_moves_to_the_service_as_messages_and_back()
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
    public async Task The_services_thinking_is_omitted_when_a_conversation_is_restored()
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
    public void A_conversation_object_cannot_be_stateless() => Assert.Equal(QwenErrorKind.InvalidRequest,
        Assert.Throws<QwenException>(() => _client.NewConversation(QwenApi.Conversations, stateless: true)).Kind);

    [Theory]
    [InlineData("msg_1")]
    [InlineData("resp_1")]
    [InlineData("local_1")]
    [InlineData("a/b")]
    public async Task An_invalid_conversation_id_is_rejected_before_any_request(string id)
    {
        var failure = await Assert.ThrowsAsync<QwenException>(() => _client.AttachToConversationAsync(id, new QwenOptions(), _notices, None));
        Assert.Equal((QwenErrorKind.InvalidRequest, 0), (failure.Kind, _emulator.Requests.Count));
    }

    [Fact]
    public async Task Times_in_milliseconds_or_seconds_are_UTC()
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
