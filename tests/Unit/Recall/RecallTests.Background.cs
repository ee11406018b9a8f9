using QwenChat.History;
using QwenChat.Model;
using QwenChat.Recall;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.Recall;

public sealed partial class RecallTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_turn_is_embedded_once_after_its_reply(bool stored)
    {
        var conversation = New(policy: s_recall with { Store = stored ? await OpenAsync() : null });
        await TalkAsync(conversation, 8);
        await EmbeddedAsync(conversation);
        Assert.Equal(conversation.Turns.Select(turn => turn.SpokenText).Order(), EmbeddedTurns.Order());
        // Only five queries were embedded, because there was nothing to recall for the first three messages.
        Assert.Equal(5, EmbeddingRequests.Count(request => request.Body.Contains("\"query\"", StringComparison.Ordinal)));
        Assert.Equal(stored, conversation.Store is not null);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Branches_embed_shared_turns_once(bool stored)
    {
        var conversation = New(policy: s_recall with { Store = stored ? await OpenAsync() : null });
        await TalkAsync(conversation, 6);
        var reply = (await SayAsync(conversation, "Fork here.")).Reply;
        var branches = new[] { reply.Continue(), reply.Continue() };
        await Task.WhenAll(branches.Select(async branch =>
        {
            var (answer, warnings) = await SayAsync(branch, "What is my name?");
            Assert.Empty(warnings);
            Assert.Equal((1, "Meaning"), (answer.Context.Recalled[0].Turn, answer.Context.Recalled[0].Mode));
            await EmbeddedAsync(branch);
        }));
        await EmbeddedAsync(conversation);
        var embedded = EmbeddedTurns;
        Assert.Equal(9, embedded.Length);
        Assert.Equal(7, conversation.Turns.Select(turn => turn.SpokenText).Intersect(embedded).Count());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stored_copy_recalls_by_semantic_search_before_its_first_write(bool sameApi)
    {
        var conversation = New(policy: s_recall with { Store = await OpenAsync() });
        await TalkAsync(conversation, 6);
        await EmbeddedAsync(conversation);
        var copy = ConversationEdit.Copy(conversation, conversation.Path, true, sameApi ? null : QwenApi.DashScope, new NoticeQueue());
        copy = ConversationEdit.Copy(copy, copy.Path, true, null, new NoticeQueue());
        for (int i = 0; i < 2; i++)
        {
            var (reply, warnings) = await SayAsync(copy, "What is my name?");
            Assert.Empty(warnings);
            Assert.Equal((1, "Meaning"), (reply.Context.Recalled[0].Turn, reply.Context.Recalled[0].Mode));
            await EmbeddedAsync(copy);
        }
        // A copy for another API has new turns, whose vectors are not in the store. These turns are embedded once.
        Assert.Equal(sameApi ? 8 : 14, EmbeddedTurns.Length);
    }

    [Fact]
    public async Task Turns_added_during_an_embedding_form_the_next_batch()
    {
        var conversation = New(policy: new QwenContextPolicy { KeepTurns = 50, SlackTurns = 0, Recall = 1 });
        var held = new TaskCompletionSource<bool>();
        var holding = conversation.Embeddings.RunAsync(() => held.Task, () => { }, default);
        await TalkAsync(conversation, 4);
        Assert.Empty(EmbeddingRequests);
        held.SetResult(true);
        await holding;
        await EmbeddedAsync(conversation);
        Assert.Equal(4, EmbeddedTurns.Length);
        Assert.Single(EmbeddingRequests);
    }

    [Fact]
    public async Task Embedding_does_not_delay_the_reply()
    {
        _emulator.AddFault(new QwenEmulatorFault { Path = "/embeddings", NeverAnswer = true, Times = 99 });
        var conversation = New();
        await TalkAsync(conversation, 3);
        Assert.Equal(3, conversation.Turns.Count);
        Assert.All(conversation.Turns, turn => Assert.Empty(turn.Vectors));
    }

    [Fact]
    public async Task Failed_embeddings_are_created_later()
    {
        _emulator.AddFault(new QwenEmulatorFault { Path = "/embeddings", Status = 500, Times = 99 });
        var conversation = New();
        await TalkAsync(conversation, 3);
        await EmbeddedAsync(conversation);
        Assert.Empty(EmbeddedTurns);
        _emulator.ClearFaults();
        var (reply, warnings) = await SayAsync(conversation, "What is my name?");
        Assert.Equal("Your name is Ada.", reply.Text);
        Assert.Empty(warnings);
        Assert.Equal(1, Assert.Single(reply.Context.Recalled).Turn);
    }

    [Fact]
    public async Task A_recall_whose_embedding_fails_uses_keyword_search()
    {
        var conversation = New();
        await TalkAsync(conversation, 6);
        await EmbeddedAsync(conversation);
        _emulator.AddFault(new QwenEmulatorFault { Path = "/embeddings", Status = 500, Times = 99 });
        for (int i = 1; i <= 4; i++)
        {
            var (reply, warnings) = await SayAsync(conversation, "What is my name?");
            Assert.Equal("Your name is Ada.", reply.Text);
            Assert.Contains(reply.Context.Recalled, turn => turn is { Turn: 1, Mode: "Words" });
            if (i <= 3)
                Assert.Equal(i == 3, Assert.Single(warnings).Contains("third failure", StringComparison.Ordinal));
            else
                Assert.Empty(warnings);
        }
        _emulator.ClearFaults();
        ConversationChange.SetContextPolicy(conversation, s_recall);
        Assert.All((await SayAsync(conversation, "What is my name?")).Reply.Context.Recalled, turn => Assert.Equal("Meaning", turn.Mode));
    }

    [Fact]
    public async Task Without_an_embedding_model_recall_uses_keyword_search()
    {
        var connection = new QwenConnection { CompatibleUri = _emulator.CompatibleUri, Key = _emulator.ApiKey, MaximumRetryCount = 0 };
        var conversation = New(connection: connection);
        await TalkAsync(conversation, 3);
        var (reply, warnings) = await SayAsync(conversation, "What is my name?");
        Assert.Equal("Your name is Ada.", reply.Text);
        Assert.Contains("-EmbeddingModel", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Empty((await SayAsync(conversation, "What is my name?")).Warnings);
        Assert.Empty(EmbeddingRequests);
        ConversationChange.SetContextPolicy(conversation, s_recall with { EmbeddingModel = "text-embedding-v4" });
        Assert.Equal("Meaning", (await SayAsync(conversation, "What is my name?")).Reply.Context.Recalled[0].Mode);
        Assert.All(EmbeddingRequests, request => Assert.Equal("/compatible-mode/v1/embeddings", request.Path));
    }

    [Fact]
    public async Task A_stop_while_the_message_is_embedded_changes_nothing()
    {
        var conversation = New();
        await TalkAsync(conversation, 4);
        await EmbeddedAsync(conversation);
        _emulator.AddFault(new QwenEmulatorFault { Path = "/embeddings", NeverAnswer = true });
        using var stop = new CancellationTokenSource();
        var sending = SayAsync(conversation, "What is my name?", stop.Token);
        await UntilAsync(() => _emulator.ActiveRequests > 0);
        stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.Equal(4, conversation.Turns.Count);
        Assert.Equal("Your name is Ada.", (await SayAsync(conversation, "What is my name?")).Reply.Text);
    }

    [Fact]
    public async Task A_stop_while_a_recall_waits_for_background_work_takes_effect_immediately()
    {
        var conversation = New();
        await TalkAsync(conversation, 4);
        var held = new TaskCompletionSource<bool>();
        var holding = conversation.Embeddings.RunAsync(() => held.Task, () => { }, default);
        using var stop = new CancellationTokenSource();
        var sending = SayAsync(conversation, "What is my name?", stop.Token);
        await UntilAsync(() => EmbeddingRequests.Any(request => request.Body.Contains("What is my name", StringComparison.Ordinal) && request.Status == 200));
        stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        held.SetResult(true);
        await holding;
        Assert.Equal(4, conversation.Turns.Count);
    }

    [Fact]
    public async Task A_turn_does_not_wait_for_a_hanging_background_embedding()
    {
        var conversation = New();
        conversation.Embeddings.Grace = TimeSpan.Zero;
        await TalkAsync(conversation, 4);
        await EmbeddedAsync(conversation);
        var begun = new TaskCompletionSource();
        // The first background embedding hangs, and the second waits for the first.
        var hung = Enumerable.Range(0, 2).Select(_ => conversation.Embeddings.RunInBackgroundAsync(stop =>
        {
            begun.TrySetResult();
            return Task.Delay(Timeout.Infinite, stop);
        }, default)).ToArray();
        await begun.Task;

        var (reply, warnings) = await SayAsync(conversation, "What is my name?");

        Assert.Equal("Your name is Ada.", reply.Text);
        Assert.Single(warnings, text => text.Contains("the turns needed for recall are embedded now", StringComparison.Ordinal));
        foreach (var one in hung)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task The_usage_of_a_conversation_includes_its_embeddings()
    {
        var conversation = New();
        await TalkAsync(conversation, 5);
        await EmbeddedAsync(conversation);
        long turns = conversation.Turns.Sum(turn => turn.Usage!.TotalTokens!.Value);
        var line = Assert.Single(conversation.Ledger.Lines, line => line.Model == EmbeddingCalls.DefaultModel);
        Assert.Equal(turns + line.InputTokens, conversation.Usage!.TotalTokens);
        Assert.True(line.Cost > 0);
    }

    [Fact]
    public async Task The_prefix_breaks_in_the_request_after_a_recall()
    {
        var summarize = new QwenContextPolicy { SummarizeAtTokens = 100_000, KeepVerbatim = 1 };
        var conversation = New(policy: summarize with { Recall = 1 });
        await TalkAsync(conversation, 6);
        await new QwenClient(Connection).Compression(conversation, summarize, [], new NoticeQueue()).CarryOutAsync(default);
        await SayAsync(conversation, "What is my name?");
        ConversationChange.SetContextPolicy(conversation, summarize);
        Assert.True((await SayAsync(conversation, "On.")).Reply.Context.PrefixBroken);
        Assert.False((await SayAsync(conversation, "On.")).Reply.Context.PrefixBroken);
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_dry_run_embeds_nothing_and_reports_the_number_of_turns(QwenApi api)
    {
        var conversation = New(api);
        await TalkAsync(conversation, 6);
        await EmbeddedAsync(conversation);
        int before = _emulator.Requests.Count;
        var plan = await new QwenClient(Connection).PlanAsync(conversation, "What is my name?");
        Assert.Equal(before, _emulator.Requests.Count);
        Assert.Equal((2, 4, 2), (plan.Context.TurnsVerbatim, plan.Context.TurnsLeftOut, plan.Context.TurnsToRecall));
        Assert.Empty(plan.Context.Recalled);
    }

    [Fact]
    public async Task A_dry_run_with_keyword_search_shows_the_recalled_turns()
    {
        var conversation =
            New(policy: s_recall with { Recall = 1 }, connection: new QwenConnection { CompatibleUri = _emulator.CompatibleUri, Key = _emulator.ApiKey });
        await TalkAsync(conversation, 4);
        var plan = await new QwenClient(conversation.Connection).PlanAsync(conversation, "What is my name?");
        Assert.Equal((1, 0), (Assert.Single(plan.Context.Recalled).Turn, plan.Context.TurnsToRecall));
        Assert.Contains("My name is Ada.", plan.Body, StringComparison.Ordinal);
    }
}
