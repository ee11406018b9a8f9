using QwenChat.History;
using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.History;

/// <summary>Tests conversations whose history the service keeps as an object, end to end with the emulator.</summary>
public sealed partial class RemoteHistoryTests : IDisposable
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

    /// <summary>Streams a turn, and stops it before the service can complete and store the answer.</summary>
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
    public async Task The_service_itself_adds_the_message_and_the_answer()
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
    public async Task Instructions_are_sent_with_every_turn()
    {
        var conversation = _client.NewConversation(QwenApi.Conversations, new QwenOptions { Instructions = "Be brief." });
        await SendAsync(conversation, "One");
        await SendAsync(conversation, "Two");
        Assert.All(_emulator.Requests.Where(r => r.Path.EndsWith("/responses", StringComparison.Ordinal)),
            r => Assert.Contains("\"instructions\":\"Be brief.\"", r.Body, StringComparison.Ordinal));
        Assert.DoesNotContain("Be brief.", await LiveAsync(conversation.Id));
    }

    [Fact]
    public async Task A_conversation_is_created_with_its_metadata_and_items_in_calls_of_20()
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
    public async Task A_conversation_is_attached_and_continued()
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
    public async Task A_branch_from_a_reply_gets_its_own_object()
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
    public async Task A_copy_of_the_first_turns_gets_its_own_object()
    {
        var conversation = New();
        for (int i = 0; i < 15; i++)
            await SendAsync(conversation, $"m{i}");
        var copy = ConversationEdit.Copy(conversation, conversation.Path.Take(12), false, null, _notices);
        Assert.Equal("13: New", (await SendAsync(copy, "New")).Text);
        Assert.Equal(26, (await LiveAsync(copy.Id)).Length);
    }

    [Fact]
    public async Task An_undone_turn_is_deleted_from_the_service_first()
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
    public async Task If_the_service_does_not_delete_the_items_nothing_is_undone()
    {
        var conversation = New();
        await SendAsync(conversation, "One");
        await SendAsync(conversation, "Two");
        _emulator.AddFault(new QwenEmulatorFault { Method = "DELETE", Status = 500, Skip = 1 });
        await Assert.ThrowsAsync<QwenException>(() => ConversationEdit.UndoAsync(conversation, 1, None));
        Assert.Equal(["One", "Two"], conversation.Turns.Select(turn => turn.Message));
        // The first delete request removed the answer, and the second request failed. The answer is restored before the next turn.
        Assert.Equal("3: Three", (await SendAsync(conversation, "Three")).Text);
        Assert.Equal(["One", "1: One", "Two", "2: Two", "Three", "3: Three"], await LiveAsync(conversation.Id));
    }

    [Fact]
    public async Task After_an_interrupted_turn_missing_items_are_added()
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
    public async Task An_interrupted_turn_that_the_service_completed_is_not_added_again()
    {
        var conversation = New();
        await SendAsync(conversation, "First");
        await StopAsync(conversation, "one two three four five");
        await Service.AddAsync(conversation.Id, ResponseMessages(("user", "one two three four five"), ("assistant", "2: one two three four five")), None);
        Assert.Equal("3: Go on", (await SendAsync(conversation, "Go on")).Text);
        Assert.Equal(6, (await LiveAsync(conversation.Id)).Length);
    }

    [Fact]
    public async Task Items_are_added_immediately_and_belong_to_the_next_turn()
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
}
