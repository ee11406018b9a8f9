using QwenChat.History;
using QwenChat.Model;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.Turn;

/// <summary>Tests turns end to end with the emulator, with three APIs.</summary>
public sealed class QwenClientTests : IDisposable
{
    private readonly QwenEmulator _emulator =
        QwenEmulator.Start(new QwenEmulatorOptions { Reply = (prompt, _) => $"{prompt.Messages.Count(m => m.Role == "user")}: {prompt.Messages[^1].Text}" });
    private readonly QwenConnection _connection;
    private readonly QwenClient _client;

    public QwenClientTests()
    {
        _connection = QwenConnection.To(_emulator.BaseUri, _emulator.ApiKey) with { MaximumRetryCount = 0 };
        _client = new QwenClient(_connection);
    }

    public void Dispose() => _emulator.Dispose();

    public static TheoryData<QwenApi> Apis => new(QwenApi.ChatCompletions, QwenApi.Responses, QwenApi.DashScope);

    private QwenConversation New(QwenApi api) => _client.NewConversation(api, new QwenOptions { Thinking = QwenThinking.Off });

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_conversation_continues_from_turn_to_turn(QwenApi api)
    {
        var conversation = New(api);
        Assert.Equal("1: One", (await _client.SendAsync(conversation, "One")).Text);
        Assert.Equal("2: Two", (await _client.SendAsync(conversation, "Two")).Text);
        Assert.Equal(["One", "Two"], conversation.Turns.Select(turn => turn.Message));
        Assert.Equal(conversation.Turns.Sum(turn => turn.Usage!.InputTokens), conversation.Usage!.InputTokens);
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_reply_can_be_branched(QwenApi api)
    {
        var conversation = New(api);
        var root = await _client.SendAsync(conversation, "Root");
        await _client.SendAsync(conversation, "Trunk");
        var branch = await _client.SendAsync(root, "Branch");
        Assert.Equal("2: Branch", branch.Text);
        Assert.Equal(["Root", "Trunk"], conversation.Turns.Select(turn => turn.Message));
        Assert.Equal(["Root", "Branch"], branch.Conversation.Turns.Select(turn => turn.Message));
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_failed_turn_does_not_change_the_conversation(QwenApi api)
    {
        var conversation = New(api);
        await _client.SendAsync(conversation, "One");
        _emulator.AddFault(new QwenEmulatorFault { Status = 500 });
        var failure = await Assert.ThrowsAsync<QwenException>(() => _client.SendAsync(conversation, "Two"));
        Assert.Equal(QwenErrorKind.ServiceUnavailable, failure.Kind);
        Assert.Equal(1, conversation.Path.Count);
        Assert.Equal("2: Three", (await _client.SendAsync(conversation, "Three")).Text);
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task The_error_of_an_interrupted_stream_contains_the_partial_reply(QwenApi api)
    {
        var conversation = New(api);
        _emulator.AddFault(new QwenEmulatorFault { CutAfterEvents = 8, Cut = QwenEmulatorCut.Reset });
        var failure = await Assert.ThrowsAsync<QwenException>(async () =>
        {
            await foreach (var delta in _client.StreamAsync(conversation, "one two three four five six seven eight"))
                _ = delta;
        });
        Assert.Equal(QwenErrorKind.StreamBroken, failure.Kind);
        Assert.StartsWith("1: one", failure.PartialReply!.Text, StringComparison.Ordinal);
        Assert.Equal(0, conversation.Path.Count);
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_stopped_stream_is_kept_and_continued(QwenApi api)
    {
        var conversation = New(api);
        await _client.SendAsync(conversation, "First");
        await foreach (var delta in _client.StreamAsync(conversation, "one two three four five"))
        {
            if (delta.Text.Contains("two", StringComparison.Ordinal))
                break;
        }
        Assert.Equal(QwenReplyState.Interrupted, conversation.Path.Last!.State);
        Assert.Equal("2: one two", conversation.Path.Last!.Text.TrimEnd());
        Assert.Equal("3: Go on", (await _client.SendAsync(conversation, "Go on")).Text);
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task An_undone_turn_is_not_sent(QwenApi api)
    {
        var conversation = New(api);
        await _client.SendAsync(conversation, "One");
        await _client.SendAsync(conversation, "Two");
        await ConversationEdit.UndoAsync(conversation, 1, default);
        Assert.Equal("2: Instead", (await _client.SendAsync(conversation, "Instead")).Text);
        Assert.Equal(["One", "Instead"], conversation.Turns.Select(turn => turn.Message));
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_removed_item_is_not_sent(QwenApi api)
    {
        var conversation = New(api);
        await _client.SendAsync(conversation, "Secret");
        await _client.SendAsync(conversation, "Two");
        await ConversationEdit.RemoveAsync(conversation, conversation.Path[0].Items[0].Id!, default);
        var reply = await _client.SendAsync(conversation, "Three");
        Assert.Equal("2: Three", reply.Text);
        Assert.DoesNotContain("\"Secret\"", _emulator.Requests[^1].Body, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task An_added_item_is_sent_with_the_next_message(QwenApi api)
    {
        var conversation = New(api);
        await ConversationEdit.AddAsync(conversation, [MessageDraft.OfText("user", "By the way.")], default);
        Assert.Equal("2: Hello", (await _client.SendAsync(conversation, "Hello")).Text);
        Assert.Equal("Hello", conversation.Path[0].Message);
        Assert.Empty(conversation.Pending);
    }

    [Theory]
    [InlineData(QwenApi.ChatCompletions, QwenApi.Responses)]
    [InlineData(QwenApi.Responses, QwenApi.ChatCompletions)]
    public async Task A_conversation_moves_to_another_API(QwenApi from, QwenApi to)
    {
        var conversation = _client.NewConversation(from);
        await _client.SendAsync(conversation, "One");
        await _client.SendAsync(conversation, "Two");
        var moved = ConversationEdit.Copy(conversation, conversation.Path, true, to, new NoticeQueue());
        Assert.Equal(conversation.Turns.Select(turn => (turn.Message, turn.Text, turn.Thinking)),
            moved.Turns.Select(turn => (turn.Message, turn.Text, turn.Thinking)));
        Assert.Equal("3: Three", (await _client.SendAsync(moved, "Three")).Text);
        var back = ConversationEdit.Copy(moved, moved.Path, true, from, new NoticeQueue());
        Assert.Equal("4: Four", (await _client.SendAsync(back, "Four")).Text);
    }

    [Fact]
    public async Task A_chain_continues_from_the_last_id()
    {
        var conversation = New(QwenApi.Responses);
        var first = await _client.SendAsync(conversation, "One");
        var second = await _client.SendAsync(conversation, "Two");
        Assert.Contains($"\"previous_response_id\":\"{first.ResponseId}\"", _emulator.Requests[^1].Body, StringComparison.Ordinal);
        Assert.Equal(0, second.Context.TurnsSent);
        Assert.Equal(1, second.Context.TurnsVerbatim);
    }

    [Fact]
    public async Task A_chain_that_the_service_no_longer_has_is_rebuilt_once()
    {
        var conversation = New(QwenApi.Responses);
        await _client.SendAsync(conversation, "One");
        await _client.SendAsync(conversation, "Two");
        _emulator.AdvanceClock(TimeSpan.FromDays(8));
        var reply = await _client.SendAsync(conversation, "Three");
        Assert.Equal("3: Three", reply.Text);
        Assert.True(reply.Context.Rebuilt);
        Assert.Equal(2, reply.Context.TurnsSent);
        Assert.False((await _client.SendAsync(conversation, "Four")).Context.Rebuilt);
    }

    [Fact]
    public async Task An_existing_response_is_continued_with_its_transcript()
    {
        var conversation = New(QwenApi.Responses);
        await _client.SendAsync(conversation, "One");
        var last = await _client.SendAsync(conversation, "Two");
        var attached = await _client.AttachAsync(last.ResponseId!, new QwenOptions(), false, new NoticeQueue(), default);
        Assert.Equal(["One", "Two"], attached.Turns.Select(turn => turn.Message));
        Assert.Equal(["1: One", "2: Two"], attached.Turns.Select(turn => turn.Text));
        Assert.Equal("3: Three", (await _client.SendAsync(attached, "Three")).Text);
    }

    [Fact]
    public async Task Every_request_begins_with_the_bytes_of_the_previous_request()
    {
        var conversation = _client.NewConversation(QwenApi.ChatCompletions, new QwenOptions { Instructions = "Be brief.", Temperature = 0.5 });
        for (int i = 0; i < 20; i++)
            await _client.SendAsync(conversation, $"Message {i}");
        var bodies = _emulator.Requests.Select(request => request.Body).ToArray();
        for (int i = 1; i < bodies.Length; i++)
        {
            string before = bodies[i - 1];
            int lastMessageEnd = before.IndexOf($"Message {i - 1}", StringComparison.Ordinal) + $"Message {i - 1}".Length;
            Assert.StartsWith(before[..lastMessageEnd], bodies[i], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Turns_of_one_conversation_wait_for_each_other()
    {
        var conversation = New(QwenApi.ChatCompletions);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => _client.SendAsync(conversation, $"m{i}")));
        Assert.Equal(Enumerable.Range(1, 20),
            conversation.Turns.Select(turn => int.Parse(turn.Text.Split(':')[0], System.Globalization.CultureInfo.InvariantCulture)));
    }
}
