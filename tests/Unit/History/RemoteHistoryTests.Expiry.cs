using Xunit;

namespace QwenChat.Tests.History;

public sealed partial class RemoteHistoryTests
{
    [Fact]
    public async Task The_oldest_item_determines_the_expiry()
    {
        var conversation = New();
        Assert.Null(conversation.ExpiresAt);
        var first = (await SendAsync(conversation, "One")).CreatedAt;
        _time.Advance(TimeSpan.FromDays(2));
        await SendAsync(conversation, "Two");
        Assert.Equal(first.AddDays(7), conversation.ExpiresAt);
    }

    [Fact]
    public async Task One_warning_is_written_a_day_before_expiry()
    {
        var conversation = New();
        await SendAsync(conversation, "One");
        _time.Advance(TimeSpan.FromDays(5.9));
        await SendAsync(conversation, "Two");
        Assert.Empty(Warnings());
        _time.Advance(TimeSpan.FromDays(0.5));
        await SendAsync(conversation, "Three");
        Assert.Contains("will delete the oldest items", Assert.Single(Warnings()), StringComparison.Ordinal);
        await SendAsync(conversation, "Four");
        Assert.Empty(Warnings());
    }

    [Fact]
    public async Task An_expired_conversation_is_restored_once()
    {
        var conversation = New();
        await SendAsync(conversation, "One");
        await SendAsync(conversation, "Two");
        string id = conversation.Id;
        _time.Advance(TimeSpan.FromDays(8));
        Assert.Empty(await LiveAsync(id));
        var reply = await SendAsync(conversation, "Three");
        Assert.Equal("3: Three", reply.Text);
        Assert.Contains("sending 2 turns again", Assert.Single(Warnings()), StringComparison.Ordinal);
        Assert.Equal((true, 2), (reply.Context.Rebuilt, reply.Context.TurnsSent));
        Assert.Equal(id, conversation.Id);
        var next = await SendAsync(conversation, "Four");
        Assert.Equal((false, 0), (next.Context.Rebuilt, next.Context.TurnsSent));
        Assert.Empty(Warnings());
    }

    [Fact]
    public async Task A_conversation_whose_oldest_items_expired_is_restored_completely_and_in_order()
    {
        var conversation = New();
        for (int i = 1; i <= 5; i++)
        {
            await SendAsync(conversation, $"m{i}");
            _time.Advance(TimeSpan.FromDays(2));
        }
        // Before the fifth turn (day 8), all turns were restored, because the first turn had expired. On day 10, no item is older than 7 days.
        Assert.Equal("6: m6", (await SendAsync(conversation, "m6")).Text);
        Assert.Equal(Enumerable.Range(1, 6).SelectMany(i => new[] { $"m{i}", $"{i}: m{i}" }), await LiveAsync(conversation.Id));
        Assert.Single(Warnings());
    }

    [Fact]
    public async Task With_NoRebuild_expired_state_is_an_error_without_changes()
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
    public async Task A_conversation_deleted_elsewhere_is_recreated()
    {
        var conversation = New();
        await SendAsync(conversation, "One");
        string id = conversation.Id;
        await Service.DeleteAsync(id, None);
        Assert.Equal(QwenErrorKind.StateExpired, (await Assert.ThrowsAsync<QwenException>(() => SendAsync(conversation, "Two", noRebuild: true))).Kind);
        Assert.Equal("2: Two", (await SendAsync(conversation, "Two")).Text);
        Assert.NotEqual(id, conversation.Id);
        Assert.Contains("sending 1 turn again", Assert.Single(Warnings()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_another_address_the_conversation_is_recreated()
    {
        using var other = QwenEmulator.Start(new QwenEmulatorOptions { TimeProvider = _time });
        var conversation = New();
        await SendAsync(conversation, "My name is Ada.");
        conversation.Connection = QwenConnection.To(other.BaseUri, other.ApiKey);
        Assert.Equal("Your name is Ada.", (await SendAsync(conversation, "What is my name?")).Text);
        Assert.Contains("another address", Assert.Single(Warnings()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Items_of_other_sessions_are_kept_when_a_conversation_is_restored()
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
    public async Task The_oldest_item_of_an_old_conversation_is_checked()
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
        Assert.Contains("sending 2 turns again", Assert.Single(Warnings()), StringComparison.Ordinal);
        Assert.Equal(["One", "2: One", "Two", "2: Two", "Three", "3: Three"], await LiveAsync(attached.Id));
    }
}
