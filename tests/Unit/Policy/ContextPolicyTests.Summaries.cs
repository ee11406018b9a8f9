using QwenChat.Export;
using QwenChat.History;
using QwenChat.Model;
using QwenChat.Saving;
using QwenChat.Storage.Sqlite;
using QwenChat.Store;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.Policy;

public sealed partial class ContextPolicyTests
{
    [Theory]
    [InlineData(QwenApi.ChatCompletions)]
    [InlineData(QwenApi.Responses)]
    public async Task A_branch_keeps_the_summaries_of_its_turns(QwenApi api)
    {
        var conversation = New(api, Summarize(300));
        var replies = new List<QwenReply>();
        for (int i = 1; i <= 12; i++)
            replies.Add(await Client.SendAsync(conversation, $"Message {i}"));
        var newest = conversation.Summaries[^1];
        Assert.Equal(conversation.Summaries, replies[^1].Continue().Summaries);
        Assert.DoesNotContain(newest, replies[newest.LastTurn - 2].Continue().Summaries);
        var moved = ConversationEdit.Copy(conversation, conversation.Path, true, api == QwenApi.Responses ? QwenApi.ChatCompletions
            : QwenApi.Responses, new NoticeQueue());
        Assert.Equal(conversation.Summaries.Select(summary => summary.Text), moved.Summaries.Select(summary => summary.Text));
        var reply = await Client.SendAsync(moved, "On");
        Assert.StartsWith($"{reply.Context.TurnsVerbatim + 2}: ", reply.Text, StringComparison.Ordinal);
        Assert.Equal(12, reply.Context.TurnsVerbatim + reply.Context.TurnsSummarized);
        await ConversationEdit.UndoAsync(conversation, 12 - newest.LastTurn + 1, default);
        Assert.DoesNotContain(newest, conversation.Summaries);
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_summary_that_reaches_into_the_newest_turns_is_not_used(QwenApi api)
    {
        var conversation = New(api, Summarize(500));
        var replies = new List<QwenReply>();
        for (int i = 1; i <= 14; i++)
            replies.Add(await Client.SendAsync(conversation, $"Message {i}"));
        var summaries = conversation.Summaries;
        Assert.True(summaries.Count > 1);
        for (int count = Math.Min(13, summaries[^1].LastTurn + 2); count >= summaries[0].LastTurn; count--)
        {
            var context = (await Client.PlanAsync(replies[count - 1].Continue(), "And?")).Context;
            int used = summaries.LastOrDefault(summary => summary.LastTurn <= count - 2)?.LastTurn ?? 0;
            Assert.Equal((used, 0, count - used), (context.TurnsSummarized, context.TurnsLeftOut, context.TurnsVerbatim));
        }
        await ConversationEdit.UndoAsync(conversation, 14 - summaries[^1].LastTurn, default);
        var reply = await Client.SendAsync(conversation, "And?");
        Assert.InRange(reply.Context.TurnsVerbatim, 2, 14);
        // After three more turns, the last summary or a newer summary is used again.
        Assert.InRange((await SayAsync(conversation, 1, 3)).Context.TurnsSummarized, summaries[^1].LastTurn, 14);
    }

    [Fact]
    public async Task A_requested_summary_leaves_the_requested_number_of_turns()
    {
        var conversation = New(QwenApi.ChatCompletions, Summarize(100_000));
        await SayAsync(conversation, 1, 4);
        await Client.Compression(conversation, conversation.ContextPolicy! with { KeepVerbatim = 0 }, [], new NoticeQueue()).CarryOutAsync(default);
        var context = (await SayAsync(conversation, 5, 5)).Context;
        Assert.Equal((4, 0), (context.TurnsSummarized, context.TurnsVerbatim));
    }

    [Fact]
    public async Task A_removed_item_is_no_longer_in_a_summary()
    {
        var conversation = New(QwenApi.ChatCompletions, Summarize(300));
        await SayAsync(conversation, 1, 8);
        await ConversationEdit.RemoveAsync(conversation, conversation.Path[0].Items[0].Id!, default);
        Assert.Empty(conversation.Summaries);
    }

    [Theory]
    [InlineData("fails")]
    [InlineData("is empty")]
    [InlineData("is longer than what it replaces")]
    public async Task An_unusable_summary_changes_nothing_and_three_failures_pause_summaries(string how)
    {
        _emulator.Dispose();
        _emulator = QwenEmulator.Start(new QwenEmulatorOptions
        {
            Reply = (prompt, gone) => prompt.Instructions != Summarizing ? Answer(prompt, gone)
                : how == "fails" ? throw new InvalidOperationException("No.") : how == "is empty" ? " " : string.Concat(Enumerable.Repeat("long ", 20_000)),
        });
        var conversation = New(QwenApi.ChatCompletions, Summarize(300));
        var warnings = new List<string>();
        for (int i = 1; i <= 10; i++)
        {
            var notices = new NoticeQueue();
            await foreach (var delta in Client.RunAsync(conversation, new TurnRequest { Message = MessageDraft.OfText("user", $"Message {i}") }, notices,
                default))
                _ = delta;
            while (notices.TryTake(out var notice))
                warnings.Add(notice.Text);
        }
        Assert.Equal(3,
            warnings.Count(warning => warning.StartsWith("The older turns are unchanged, because they could not be summarized: ", StringComparison.Ordinal)));
        Assert.Single(warnings, warning => warning.Contains("third failure", StringComparison.Ordinal));
        Assert.Empty(conversation.Summaries);
        Assert.StartsWith("11: ", (await SayAsync(conversation, 11, 11)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_summary_of_a_failed_turn_is_reused_by_the_next_turn()
    {
        var conversation = New(QwenApi.ChatCompletions, Summarize(300));
        await SayAsync(conversation, 1, 4);
        int summaries = conversation.Summaries.Count;
        ConversationChange.SetContextPolicy(conversation, Summarize(100, keepVerbatim: 0));
        _emulator.AddFault(new QwenEmulatorFault { Times = 1 });
        _emulator.AddFault(new QwenEmulatorFault { Status = 500 });
        await Assert.ThrowsAsync<QwenException>(() => Client.SendAsync(conversation, "Message 5"));
        Assert.Equal(summaries, conversation.Summaries.Count);
        int before = _emulator.Requests.Count;
        await Client.SendAsync(conversation, "Message 5");
        Assert.Equal(before + 1, _emulator.Requests.Count);
        Assert.Equal(summaries + 1, conversation.Summaries.Count);
    }

    [Fact]
    public async Task Text_too_long_for_the_summary_model_is_summarized_in_parts()
    {
        _emulator.Dispose();
        _emulator = QwenEmulator.Start(new QwenEmulatorOptions { Reply = Answer, AnyModel = true });
        var conversation = New(QwenApi.ChatCompletions, null, model: "a-model-of-mine");
        await SayAsync(conversation, 1, 8);
        _emulator.Dispose();
        _emulator = QwenEmulator.Start(new QwenEmulatorOptions { Reply = Answer, MaximumInputTokens = 400, AnyModel = true });
        var summary = await Client.Compression(conversation, Summarize(1, keepVerbatim: 0), [], new NoticeQueue()).CarryOutAsync(default);
        Assert.Equal(8, summary!.LastTurn);
        var asked = _emulator.Requests.Where(request => request.Body.Contains(Summarizing, StringComparison.Ordinal)).ToArray();
        Assert.Equal(400, asked[0].Status);
        Assert.True(asked.Count(request => request.Status == 200) >= 2);
        for (int i = 1; i <= 8; i++)
            Assert.Contains(asked.Skip(1), request => request.Body.Contains($"Message {i}\\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_limit_named_by_the_service_is_learned_and_the_turn_retried_once()
    {
        _emulator.Dispose();
        _emulator = QwenEmulator.Start(new QwenEmulatorOptions { Reply = Answer, MaximumInputTokens = 400 });
        var conversation = New(QwenApi.ChatCompletions, new QwenContextPolicy { KeepTurns = 50 });
        var reply = await SayAsync(conversation, 1, 20);
        Assert.Equal(20, conversation.Turns.Count);
        Assert.True(reply.Context.TurnsLeftOut > 0);
        Assert.Equal(400, conversation.InputLimit!.Tokens);
        Assert.Single(_emulator.Requests, request => request.Status == 400);
    }

    [Fact]
    public async Task A_single_message_that_is_too_long_is_an_error()
    {
        _emulator.Dispose();
        _emulator = QwenEmulator.Start(new QwenEmulatorOptions { Reply = Answer, MaximumInputTokens = 400 });
        var conversation = New(QwenApi.ChatCompletions, new QwenContextPolicy { KeepTurns = 5 });
        await SayAsync(conversation, 1, 3);
        var failure = await Assert.ThrowsAsync<QwenException>(() => Client.SendAsync(conversation, string.Concat(Enumerable.Repeat("word ", 1000))));
        Assert.Equal(QwenErrorKind.ContextLengthExceeded, failure.Kind);
        Assert.Equal(3, conversation.Turns.Count);
        await SayAsync(conversation, 4, 4);
    }

    [Theory]
    [InlineData(0.6)]
    [InlineData(1.6)]
    public async Task The_estimate_is_within_a_tenth_after_two_turns_whatever_is_omitted(double factor)
    {
        _emulator.Dispose();
        _emulator = QwenEmulator.Start(new QwenEmulatorOptions { Reply = Answer, TokenFactor = factor });
        var conversation = New(QwenApi.ChatCompletions, Summarize(700) with { KeepTurns = 6 }, string.Concat(Enumerable.Repeat("be brief ", 20)));
        for (int i = 1; i <= 20; i++)
        {
            var reply = await Client.SendAsync(conversation, string.Concat(Enumerable.Repeat($"message {i} ", 20)));
            if (i > 2)
                Assert.InRange(reply.Context.EstimatedTokens!.Value, reply.Usage!.InputTokens!.Value * 0.9, reply.Usage.InputTokens.Value * 1.1);
        }
    }

    [Theory]
    [InlineData(QwenApi.Conversations, null, 10, null, null, "*Copy-QwenConversation -Api Responses*")]
    [InlineData(QwenApi.Conversations, null, null, 0.5, null, "*Copy-QwenConversation -Api Responses*")]
    [InlineData(QwenApi.Responses, null, null, 0.8, null, "*-SummarizeAt 0.75 or less*")]
    [InlineData(QwenApi.Responses, null, null, null, 900_000L, "*-SummarizeAtTokens 750000 or less*")]
    [InlineData(QwenApi.ChatCompletions, "a-model-of-mine", null, 0.7, null, "*-SummarizeAtTokens*")]
    [InlineData(QwenApi.ChatCompletions, null, -1, null, null, "*-KeepTurns is -1*")]
    [InlineData(QwenApi.ChatCompletions, null, null, 1.5, null, "*-SummarizeAt is 1.5*")]
    [InlineData(QwenApi.ChatCompletions, null, null, 0.5, 100L, "*cannot be combined*")]
    public void An_inapplicable_policy_is_rejected_immediately(QwenApi api, string? model, int? keep, double? at, long? tokens, string expected)
    {
        var policy = new QwenContextPolicy { KeepTurns = keep, SummarizeAt = at, SummarizeAtTokens = tokens };
        var failure = Assert.Throws<QwenException>(() => New(api, policy, model: model));
        Assert.Equal(QwenErrorKind.InvalidRequest, failure.Kind);
        Assert.Contains(expected.Trim('*'), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_summarizes_nothing()
    {
        var conversation = New(QwenApi.ChatCompletions, null);
        await SayAsync(conversation, 1, 6);
        ConversationChange.SetContextPolicy(conversation, Summarize(200));
        int before = _emulator.Requests.Count;
        var plan = await Client.PlanAsync(conversation, "Message 7");
        Assert.Equal(before, _emulator.Requests.Count);
        Assert.Equal((6, 0, 4), (plan.Context.TurnsVerbatim, plan.Context.TurnsSummarized, plan.Context.TurnsToSummarize));
    }

    [Fact]
    public async Task A_file_restores_policy_and_summaries()
    {
        var conversation = New(QwenApi.Responses, Summarize(300));
        await SayAsync(conversation, 1, 9);
        using var file = new MemoryStream();
        ConversationFile.Write(file, ConversationFileContent.Of(conversation), DateTimeOffset.UnixEpoch);
        var back = ConversationFile.Read(file.ToArray(), "a.json", new QwenOptions(), DateTimeOffset.UnixEpoch, new NoticeQueue())
            .Restore(conversation.Connection);
        Assert.Equal(conversation.ContextPolicy, back.ContextPolicy);
        Assert.Equal(conversation.Summaries.Select(summary => (summary.Text, summary.LastTurn)),
            back.Summaries.Select(summary => (summary.Text, summary.LastTurn)));
        var plan = await Client.PlanAsync(back, "On");
        Assert.Equal((await Client.PlanAsync(conversation, "On")).Body, plan.Body);
        Assert.Contains("previous_response_id", plan.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_restores_policy_and_summaries()
    {
        string path = Path.Combine(Path.GetTempPath(), Guid.NewGuid() + ".db");
        var conversation = New(QwenApi.ChatCompletions, Summarize(300));
        await SayAsync(conversation, 1, 9);
        using (var store = new QwenStore("SQLite", path, await SqliteStore.OpenAsync(path, TimeProvider.System, default)))
        {
            conversation.Place = new StoreBinding(store);
            await ConversationSaving.SaveAsync(conversation, new NoticeQueue(), default);
            var back = await StoreListing.FindAsync(store, conversation.Id, conversation.Connection, default);
            Assert.Equal(conversation.ContextPolicy, back.ContextPolicy);
            Assert.Equal(conversation.Summaries, back.Summaries);
            Assert.Equal((await Client.PlanAsync(conversation, "On")).Body, (await Client.PlanAsync(back, "On")).Body);
        }
        File.Delete(path);
    }
}
