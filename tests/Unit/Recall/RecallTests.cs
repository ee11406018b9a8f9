using System.Diagnostics;
using System.Text.Json;
using QwenChat.Cost;
using QwenChat.Emulator;
using QwenChat.Export;
using QwenChat.History;
using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Policy;
using QwenChat.Recall;
using QwenChat.Saving;
using QwenChat.Storage.Sqlite;
using QwenChat.Store;
using QwenChat.Turn;
using QwenChat.Vectors;
using Xunit;

namespace QwenChat.Tests.Context;

/// <summary>Recall end to end: what is found, where it stands in the request, what is embedded and when, and what happens when something fails.</summary>
public sealed class RecallTests : IDisposable
{
    private readonly Queue<QwenEmulatorReply> _replies = [];
    private readonly QwenEmulator _emulator;
    private readonly string _folder = Directory.CreateTempSubdirectory("qwenchat-").FullName;
    private readonly List<QwenStore> _stores = [];

    public RecallTests() =>
        _emulator = QwenEmulator.Start(new QwenEmulatorOptions { Reply = (prompt, _) => _replies.TryDequeue(out var reply) ? reply : DefaultReply.To(prompt) });

    public void Dispose()
    {
        _stores.ForEach(store => store.Dispose());
        _emulator.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    public static TheoryData<QwenApi> Apis => new(QwenApi.ChatCompletions, QwenApi.Responses, QwenApi.DashScope);

    private static readonly QwenContextPolicy s_recall = new() { KeepTurns = 2, SlackTurns = 0, Recall = 2 };

    private QwenConnection Connection => QwenConnection.To(_emulator.BaseUri, _emulator.ApiKey) with { MaximumRetryCount = 0 };

    private QwenConversation New(QwenApi api = QwenApi.ChatCompletions, QwenContextPolicy? policy = null, string? model = null,
        QwenConnection? connection = null) =>
        new QwenClient(connection ?? Connection).NewConversation(api, new QwenOptions { Instructions = "Be brief.", Model = model }, contextPolicy: policy
        ?? s_recall);

    private async Task<QwenStore> OpenAsync(string name = "chats.db")
    {
        var store = new QwenStore("SQLite", name, await SqliteStore.OpenAsync(Path.Combine(_folder, name), TimeProvider.System, default));
        _stores.Add(store);
        return store;
    }

    private static async Task<(QwenReply Reply, string[] Warnings)> SayAsync(QwenConversation conversation, string message,
        CancellationToken cancellation = default)
    {
        var notices = new NoticeQueue();
        QwenReply? reply = null;
        await foreach (var delta in new QwenClient(conversation.Connection).RunAsync(conversation,
            new TurnRequest { Message = MessageDraft.OfText("user", message) }, notices, cancellation))
            reply = delta.Reply ?? reply;
        var warnings = new List<string>();
        while (notices.TryTake(out var notice))
        {
            if (notice.Level == NoticeLevel.Warning)
                warnings.Add(notice.Text);
        }
        return (reply!, warnings.ToArray());
    }

    private static async Task TalkAsync(QwenConversation conversation, int turns, string first = "My name is Ada.")
    {
        await SayAsync(conversation, first);
        for (int i = 2; i <= turns; i++)
            await SayAsync(conversation, $"Count on with number {i}, please.");
    }

    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(60);

    private static Task EmbeddedAsync(QwenConversation conversation) =>
        (conversation.Store?.Background ?? BackgroundWork.OfProcess).WaitAsync(default).WaitAsync(s_longest);

    private static async Task UntilAsync(Func<bool> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < s_longest, "Waited in vain.");
            await Task.Delay(5);
        }
    }

    private IEnumerable<QwenEmulatorRequest> EmbeddingRequests =>
        _emulator.Requests.Where(request => request.Path.Contains("embedding", StringComparison.Ordinal));

    /// <summary>All texts that were embedded as turns, not as messages to look for.</summary>
    private string[] EmbeddedTurns => EmbeddingRequests.Where(request => request.Status == 200 && !request.Body.Contains("\"query\"", StringComparison.Ordinal))
        .SelectMany(request => JsonDocument.Parse(request.Body).RootElement.GetProperty("input").GetProperty("texts").EnumerateArray()
        .Select(text => text.GetString()!)).ToArray();

    private JsonElement LastTurn =>
        JsonDocument.Parse(_emulator.Requests.Last(request => !request.Path.Contains("embedding", StringComparison.Ordinal)).Body).RootElement;

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task What_was_said_thirty_turns_ago_is_recalled(QwenApi api)
    {
        var conversation = New(api);
        await TalkAsync(conversation, 31);
        var (reply, warnings) = await SayAsync(conversation, "What is my name?");
        Assert.Equal("Your name is Ada.", reply.Text);
        Assert.Empty(warnings);
        var turn = Assert.Single(reply.Context.Recalled);
        Assert.Equal((1, "Meaning"), (turn.Turn, turn.Mode));
        Assert.StartsWith("My name is Ada.", turn.Text, StringComparison.Ordinal);
        Assert.InRange(turn.Score, 0.1, 1);
        Assert.Equal((2, 0, 28), (reply.Context.TurnsVerbatim, reply.Context.TurnsSummarized, reply.Context.TurnsLeftOut));
        Assert.True(reply.Context.EstimatedTokens < reply.Context.EstimatedTokensBefore);
        Assert.InRange(reply.Context.EstimatedTokens!.Value, reply.Usage!.InputTokens!.Value * 0.85, reply.Usage.InputTokens.Value * 1.15);
        Assert.DoesNotContain(conversation.Turns,
            said => said.Items.Any(item => item.Role == "user" && item.Text.Contains("Recalled from", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(QwenApi.ChatCompletions)]
    [InlineData(QwenApi.DashScope)]
    public async Task It_stands_before_the_newest_message_and_in_that_request_only(QwenApi api)
    {
        var conversation = New(api);
        await TalkAsync(conversation, 5);
        await SayAsync(conversation, "What is my name?");
        var messages = Messages().ToArray();
        Assert.Equal(["Be brief.", "user", "What is my name?"], [Text(messages[0]), messages[^2].GetProperty("role").GetString()!, Text(messages[^1])]);
        Assert.StartsWith("Recalled from earlier", Text(messages[^2]), StringComparison.Ordinal);
        Assert.Contains("[Turn 1]\nUser: My name is Ada.\nAssistant: You said", Text(messages[^2]), StringComparison.Ordinal);
        ConversationChange.SetContextPolicy(conversation, null);
        await SayAsync(conversation, "And now?");
        Assert.DoesNotContain(Messages(), message => Text(message).Contains("Recalled from", StringComparison.Ordinal));

        IEnumerable<JsonElement> Messages() => (api == QwenApi.DashScope ? LastTurn.GetProperty("input") : LastTurn).GetProperty("messages").EnumerateArray();

        static string Text(JsonElement message) =>
            message.GetProperty("content") is { ValueKind: JsonValueKind.String } text
            ? text.GetString()! : message.GetProperty("content")[0].GetProperty("text").GetString()!;
    }

    [Fact]
    public async Task Where_the_service_keeps_messages_it_stands_at_the_end_of_the_instructions()
    {
        var conversation = New(QwenApi.Responses);
        await TalkAsync(conversation, 5);
        await SayAsync(conversation, "What is my name?");
        Assert.StartsWith("Be brief.\n\nRecalled from earlier", LastTurn.GetProperty("instructions").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Ada", LastTurn.GetProperty("input").GetRawText(), StringComparison.Ordinal);
        await SayAsync(conversation, "Four rivers of France?");
        Assert.DoesNotContain("What is my name", LastTurn.GetProperty("instructions").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_conversation_object_recalls_what_the_service_is_taken_to_cut()
    {
        var conversation = New(QwenApi.Conversations, new QwenContextPolicy { Recall = 2 }, "qwen-max");
        await SayAsync(conversation, "My name is Ada.");
        Assert.Empty((await SayAsync(conversation, "What is my name?")).Reply.Context.Recalled);
        Assert.DoesNotContain(EmbeddingRequests, request => request.Body.Contains("\"query\"", StringComparison.Ordinal));
        for (int i = 0; i < 13; i++)
            await SayAsync(conversation, string.Concat(Enumerable.Repeat("word ", 2300)));
        var reply = (await SayAsync(conversation, "My name, Ada?")).Reply;
        Assert.Equal(2, reply.Context.Recalled.Count);
        Assert.Contains(reply.Context.Recalled, turn => turn.Turn == 1);
        Assert.Equal(0, reply.Context.TurnsLeftOut);
        Assert.Contains("Recalled from", LastTurn.GetProperty("instructions").GetString(), StringComparison.Ordinal);
        Assert.True(LastTurn.TryGetProperty("conversation", out _));
    }

    [Fact]
    public async Task Alone_it_recalls_once_the_service_has_named_a_limit()
    {
        using var small = QwenEmulator.Start(new QwenEmulatorOptions { MaximumInputTokens = 400 });
        var conversation =
            New(policy: new QwenContextPolicy { Recall = 1 }, connection: QwenConnection.To(small.BaseUri, small.ApiKey) with { MaximumRetryCount = 0 });
        await TalkAsync(conversation, 20);
        var reply = (await SayAsync(conversation, "What is my name?")).Reply;
        Assert.Equal("Your name is Ada.", reply.Text);
        Assert.Equal(1, Assert.Single(reply.Context.Recalled).Turn);
        Assert.InRange(reply.Usage!.InputTokens!.Value, 100, 400);
    }

    [Fact]
    public async Task With_a_summary_the_turns_that_it_covers_are_recalled_word_for_word()
    {
        var conversation = New(policy: new QwenContextPolicy { SummarizeAtTokens = 500, Recall = 1 });
        await TalkAsync(conversation, 20);
        var reply = (await SayAsync(conversation, "What is my name?")).Reply;
        Assert.Equal(1, Assert.Single(reply.Context.Recalled).Turn);
        Assert.True(reply.Context.TurnsSummarized > 0);
        Assert.Equal(0, reply.Context.TurnsLeftOut);
        Assert.InRange(reply.Context.EstimatedTokens!.Value, 1, 500);
    }

    [Theory]
    [InlineData(QwenApi.ChatCompletions, 0.6)]
    [InlineData(QwenApi.ChatCompletions, 1.6)]
    [InlineData(QwenApi.Responses, 0.6)]
    [InlineData(QwenApi.Responses, 1.6)]
    public async Task The_estimate_is_within_a_tenth_whatever_is_recalled(QwenApi api, double factor)
    {
        using var other = QwenEmulator.Start(new QwenEmulatorOptions { TokenFactor = factor });
        var conversation = New(api, new QwenContextPolicy { KeepTurns = 4, SlackTurns = 0, Recall = 2 },
            connection: QwenConnection.To(other.BaseUri, other.ApiKey) with { MaximumRetryCount = 0 });
        for (int i = 1; i <= 16; i++)
        {
            var reply = (await SayAsync(conversation, string.Concat(Enumerable.Repeat($"message {i} of many ", 8 + i % 5)))).Reply;
            Assert.InRange(reply.Context.Recalled.Count, Math.Clamp(i - 5, 0, 1), Math.Clamp(i - 5, 0, 2));
            if (i > 2)
                Assert.InRange(reply.Context.EstimatedTokens!.Value, reply.Usage!.InputTokens!.Value * 0.9, reply.Usage.InputTokens.Value * 1.1);
        }
    }

    [Theory]
    [InlineData("Meaning", 0)]
    [InlineData("Meaning", 1)]
    [InlineData("Meaning", 2)]
    [InlineData("Words", 0)]
    [InlineData("Words", 1)]
    [InlineData("Words", 2)]
    public async Task A_fact_anywhere_in_a_long_turn_is_recalled_as_an_excerpt(string mode, int place)
    {
        string filler = string.Concat(Enumerable.Range(0, 400).Select(i => $"Paragraph {i} describes in general how parcels are sorted in a depot. "));
        int at = place * filler.Length / 2;
        string text = filler[..at] + "\nThe gate of the old vineyard opens with the combination 4711.\n" + filler[at..];
        var connection = mode == "Meaning" ? Connection : new QwenConnection { CompatibleUri = _emulator.CompatibleUri, Key = _emulator.ApiKey };
        var conversation = New(policy: new QwenContextPolicy { KeepTurns = 1, SlackTurns = 0, Recall = 3 }, connection: connection);
        _replies.Enqueue(new QwenEmulatorReply { Text = "I have read it." });
        await SayAsync(conversation, text);
        await TalkAsync(conversation, 8);
        var reply = (await SayAsync(conversation, "Which combination opens the vineyard gate?")).Reply;
        var turn = Assert.Single(reply.Context.Recalled, turn => turn.Turn == 1);
        Assert.Equal(mode, turn.Mode);
        Assert.Contains("combination 4711", turn.Text, StringComparison.Ordinal);
        Assert.InRange(turn.Text.Length, 1, TurnParts.Longest);
        var recalled = LastTurn.GetProperty("messages").EnumerateArray().Single(message => message.GetRawText().Contains("4711", StringComparison.Ordinal));
        Assert.Contains("[Turn 1, an excerpt]", recalled.GetRawText(), StringComparison.Ordinal);
        Assert.InRange(recalled.GetRawText().Length, 1, 2 * TurnParts.Longest);
    }

    [Theory]
    [InlineData("Thanks!")]
    [InlineData("好的，谢谢！")]
    public async Task Thanks_recall_nothing_and_embed_nothing(string message)
    {
        var conversation = New();
        await TalkAsync(conversation, 5);
        await EmbeddedAsync(conversation);
        int before = EmbeddingRequests.Count();
        var plan = await new QwenClient(Connection).PlanAsync(conversation, message);
        Assert.Equal((0, 0), (plan.Context.TurnsToRecall, plan.Context.Recalled.Count));
        Assert.Empty((await SayAsync(conversation, message)).Reply.Context.Recalled);
        await EmbeddedAsync(conversation);
        Assert.Equal(before + 1, EmbeddingRequests.Count()); // the turn itself
    }

    [Fact]
    public async Task A_follow_up_is_looked_for_with_the_message_before()
    {
        var conversation = New(policy: new QwenContextPolicy { KeepTurns = 1, SlackTurns = 0, Recall = 1 });
        await SayAsync(conversation, "The plumber is Mr. Ekker and comes on Friday.");
        await TalkAsync(conversation, 6);
        await SayAsync(conversation, "We spoke about the plumber.");
        Assert.Equal(1, Assert.Single((await SayAsync(conversation, "And when?")).Reply.Context.Recalled).Turn);
    }

    [Fact]
    public async Task Messages_that_were_sent_again_are_recalled_once()
    {
        var conversation = New(policy: new QwenContextPolicy { KeepTurns = 1, SlackTurns = 0, Recall = 5 });
        for (int i = 0; i < 6; i++)
            await SayAsync(conversation, "Where do the plumbers meet?");
        Assert.Single((await SayAsync(conversation, "Where do the plumbers meet?")).Reply.Context.Recalled);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_turn_is_embedded_once_and_behind_its_reply(bool stored)
    {
        var conversation = New(policy: s_recall with { Store = stored ? await OpenAsync() : null });
        await TalkAsync(conversation, 8);
        await EmbeddedAsync(conversation);
        Assert.Equal(conversation.Turns.Select(turn => turn.SpokenText).Order(), EmbeddedTurns.Order());
        // The first three had nothing to recall.
        Assert.Equal(5, EmbeddingRequests.Count(request => request.Body.Contains("\"query\"", StringComparison.Ordinal)));
        Assert.Equal(stored, conversation.Store is not null);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Branches_embed_what_they_share_once(bool stored)
    {
        var conversation = New(policy: s_recall with { Store = stored ? await OpenAsync() : null });
        await TalkAsync(conversation, 6);
        var reply = (await SayAsync(conversation, "Fork here.")).Reply;
        var branches = new[] { reply.Continue(), reply.Continue() };
        await Task.WhenAll(branches.Select(async branch =>
        {
            await SayAsync(branch, "What is my name?");
            await EmbeddedAsync(branch);
        }));
        await EmbeddedAsync(conversation);
        var embedded = EmbeddedTurns;
        Assert.Equal(9, embedded.Length);
        Assert.Equal(7, conversation.Turns.Select(turn => turn.SpokenText).Intersect(embedded).Count());
    }

    [Fact]
    public async Task Turns_that_come_while_one_is_embedded_make_the_next_batch()
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
    public async Task What_failed_is_made_up_for()
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
    public async Task A_recall_whose_embedding_fails_goes_by_words_and_the_turn_goes_on()
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
                Assert.Equal(i == 3, Assert.Single(warnings).Contains("third time", StringComparison.Ordinal));
            else
                Assert.Empty(warnings);
        }
        _emulator.ClearFaults();
        ConversationChange.SetContextPolicy(conversation, s_recall);
        Assert.All((await SayAsync(conversation, "What is my name?")).Reply.Context.Recalled, turn => Assert.Equal("Meaning", turn.Mode));
    }

    [Fact]
    public async Task Without_an_embedding_model_it_goes_by_words()
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
    public async Task A_stop_while_the_message_is_embedded_leaves_everything_as_it_was()
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
    public async Task A_stop_while_a_recall_waits_for_the_background_ends_at_once()
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
    public async Task A_turn_does_not_wait_for_a_background_that_hangs()
    {
        var conversation = New();
        conversation.Embeddings.Grace = TimeSpan.Zero;
        await TalkAsync(conversation, 4);
        await EmbeddedAsync(conversation);
        var begun = new TaskCompletionSource();
        // One hangs, and another waits to hang.
        var hung = Enumerable.Range(0, 2).Select(_ => conversation.Embeddings.RunInBackgroundAsync(stop =>
        {
            begun.TrySetResult();
            return Task.Delay(Timeout.Infinite, stop);
        }, default)).ToArray();
        await begun.Task;

        var (reply, warnings) = await SayAsync(conversation, "What is my name?");

        Assert.Equal("Your name is Ada.", reply.Text);
        Assert.Single(warnings, text => text.Contains("this turn embeds what it needs itself", StringComparison.Ordinal));
        foreach (var one in hung)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task What_embedding_uses_counts()
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
    public async Task A_look_at_the_request_embeds_nothing_and_says_how_many(QwenApi api)
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
    public async Task A_look_by_words_shows_what_is_recalled()
    {
        var conversation =
            New(policy: s_recall with { Recall = 1 }, connection: new QwenConnection { CompatibleUri = _emulator.CompatibleUri, Key = _emulator.ApiKey });
        await TalkAsync(conversation, 4);
        var plan = await new QwenClient(conversation.Connection).PlanAsync(conversation, "What is my name?");
        Assert.Equal((1, 0), (Assert.Single(plan.Context.Recalled).Turn, plan.Context.TurnsToRecall));
        Assert.Contains("My name is Ada.", plan.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tool_call_is_recalled_with_its_result_and_none_is_parted()
    {
        var connection = Connection;
        var conversation = New(policy: new QwenContextPolicy { KeepTurns = 1, SlackTurns = 0, Recall = 1 }, connection: connection);
        _replies.Enqueue(new QwenEmulatorReply { ToolCalls = [new QwenToolCall("call_1", "weather", "{\"city\":\"Porto\"}")] });
        await SayAsync(conversation, "What is the weather in Porto?");
        await ConversationEdit.AddAsync(conversation, [new MessageDraft("tool", [DraftPart.OfText("sunny, 24 degrees")]) { ToolCallId = "call_1" }], default);
        await foreach (var delta in new QwenClient(connection).RunAsync(conversation, new TurnRequest(), new NoticeQueue(), default))
            _ = delta;
        await SayAsync(conversation, "Thanks.");
        await SayAsync(conversation, "Bye.");
        var reply = (await SayAsync(conversation, "What was the weather in Porto?")).Reply;
        Assert.Equal([1, 2], reply.Context.Recalled.Select(turn => turn.Turn));
        string body = LastTurn.GetProperty("messages").GetRawText();
        Assert.Contains("Assistant calls weather", body, StringComparison.Ordinal);
        Assert.Contains("Result of the call: sunny, 24 degrees", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Before_the_result_of_a_call_nothing_may_stand_so_it_is_before_the_turns()
    {
        var conversation = New(policy: new QwenContextPolicy { KeepTurns = 1, SlackTurns = 0, Recall = 1 });
        await TalkAsync(conversation, 3);
        _replies.Enqueue(new QwenEmulatorReply { ToolCalls = [new QwenToolCall("call_1", "find_name", "{}")] });
        await SayAsync(conversation, "What is my name?");
        await ConversationEdit.AddAsync(conversation, [new MessageDraft("tool", [DraftPart.OfText("not found")]) { ToolCallId = "call_1" }], default);
        await foreach (var delta in new QwenClient(Connection).RunAsync(conversation, new TurnRequest(), new NoticeQueue(), default))
            _ = delta;
        var messages = LastTurn.GetProperty("messages").EnumerateArray().ToArray();
        Assert.Equal(["system", "user"], messages[..2].Select(message => message.GetProperty("role").GetString()));
        Assert.Contains("Recalled from", messages[1].GetProperty("content").GetString(), StringComparison.Ordinal);
        Assert.Contains("Ada", messages[1].GetProperty("content").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Ada", messages[0].GetProperty("content").GetString(), StringComparison.Ordinal);
        Assert.Equal("tool", messages[^1].GetProperty("role").GetString());
        Assert.Equal("assistant", messages[^2].GetProperty("role").GetString());
    }

    [Fact]
    public async Task A_stored_conversation_embeds_only_what_is_lacking_when_it_is_resumed()
    {
        var conversation = New(policy: s_recall with { Store = await OpenAsync() });
        await TalkAsync(conversation, 5);
        await EmbeddedAsync(conversation);
        // As when the process ends right after the reply.
        _emulator.AddFault(new QwenEmulatorFault { Path = "/embeddings", Status = 500, Times = 2 });
        await SayAsync(conversation, "The last one.");
        await EmbeddedAsync(conversation);
        _emulator.ClearFaults();
        conversation.Store!.Dispose();

        int before = EmbeddedTurns.Length;
        Assert.Equal(5, before);
        var resumed = await StoreListing.FindAsync(await OpenAsync(), conversation.Id, conversation.Connection, default);
        Assert.Equal(s_recall, resumed.ContextPolicy);
        var reply = (await SayAsync(resumed, "What is my name?")).Reply;
        await EmbeddedAsync(resumed);
        Assert.Equal("Your name is Ada.", reply.Text);
        Assert.Equal(["The last one.", "What is my name?"], EmbeddedTurns.Skip(before).Select(text => text.Split('\n')[0]));
    }

    [Fact]
    public async Task A_conversation_that_moves_into_a_store_takes_its_vectors_along()
    {
        var conversation = New();
        await TalkAsync(conversation, 6);
        await EmbeddedAsync(conversation);
        await StoredConversations.ChangeAsync(conversation, _ => { }, await OpenAsync(), new NoticeQueue(), default);
        Assert.Equal("Your name is Ada.", (await SayAsync(conversation, "What is my name?")).Reply.Text);
        await EmbeddedAsync(conversation);
        Assert.Equal(7, EmbeddedTurns.Length);
    }

    [Fact]
    public async Task A_search_waits_for_what_is_being_embedded()
    {
        var store = await OpenAsync();
        var conversation = New(policy: s_recall with { Store = store });
        await TalkAsync(conversation, 3);
        var calls = new EmbeddingCalls(Connection, Transport.For(Connection), new CallBill(null, []), new NoticeQueue());
        var hits = await StoreSearch.ByMeaningAsync(store, calls.Embedder(EmbeddingCalls.DefaultModel), "my name", new StoreSearchScope { Top = 1 },
            new NoticeQueue(), default);
        Assert.Equal(1, Assert.Single(hits).Number);
        Assert.Equal(3, EmbeddedTurns.Length);
    }

    [Fact]
    public async Task Vectors_of_another_length_than_the_stores_are_said_and_the_turn_goes_on()
    {
        var store = await OpenAsync();
        var conversation = New(policy: new QwenContextPolicy { KeepTurns = 2, SlackTurns = 0 });
        conversation.Place = new StoreBinding(store);
        await TalkAsync(conversation, 4);
        await store.Backend.WriteEmbeddingsAsync(new EmbeddingSpace(EmbeddingCalls.DefaultModel, 3),
            [new TurnEmbedding(conversation.Path[0].Id, new float[] { 1, 0, 0 })], default);
        ConversationChange.SetContextPolicy(conversation, s_recall);
        var (reply, warnings) = await SayAsync(conversation, "What is my name?");
        Assert.Equal("Your name is Ada.", reply.Text);
        Assert.Contains("3 dimensions", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_was_closed_costs_no_reply()
    {
        var conversation = New(policy: s_recall with { Store = await OpenAsync() });
        await TalkAsync(conversation, 4);
        conversation.Store!.Dispose();
        var (reply, warnings) = await SayAsync(conversation, "What is my name?");
        Assert.Equal("Your name is Ada.", reply.Text);
        Assert.Contains(warnings, warning => warning.Contains("was closed", StringComparison.Ordinal)
            && warning.StartsWith("Earlier turns were recalled by their words", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_store_is_closed_in_the_midst_of_embedding()
    {
        _emulator.AddFault(new QwenEmulatorFault { Path = "/embeddings", NeverAnswer = true, Times = 99 });
        var conversation = New(policy: s_recall with { Store = await OpenAsync() });
        await TalkAsync(conversation, 2);
        await UntilAsync(() => _emulator.ActiveRequests > 0);
        conversation.Store!.Dispose();
        await UntilAsync(() => _emulator.ActiveRequests == 0);
    }

    [Fact]
    public async Task Files_and_branches_keep_the_settings()
    {
        var conversation = New(policy: s_recall with { EmbeddingModel = "text-embedding-v3" });
        await TalkAsync(conversation, 5);
        using var file = new MemoryStream();
        ConversationFile.Write(file, ConversationFileContent.Of(conversation), DateTimeOffset.UnixEpoch);
        var back = ConversationFile.Read(file.ToArray(), "a.json", new QwenOptions(), DateTimeOffset.UnixEpoch, new NoticeQueue())
            .Restore(conversation.Connection);
        Assert.Equal(conversation.ContextPolicy, back.ContextPolicy);
        Assert.Equal("Your name is Ada.", (await SayAsync(back, "What is my name?")).Reply.Text);
        var moved = ConversationEdit.Copy(conversation, conversation.Path, true, QwenApi.Conversations, new NoticeQueue());
        Assert.Equal(new QwenContextPolicy { Recall = 2, EmbeddingModel = "text-embedding-v3" }, moved.ContextPolicy);
        Assert.Equal(conversation.ContextPolicy,
            ConversationEdit.Copy(conversation, conversation.Path, true, QwenApi.Responses, new NoticeQueue()).ContextPolicy);
    }

    [Fact]
    public async Task A_copy_for_another_api_knows_what_its_turns_mean()
    {
        var conversation = New();
        await TalkAsync(conversation, 6);
        await EmbeddedAsync(conversation);
        var moved = ConversationEdit.Copy(conversation, conversation.Path, true, QwenApi.Responses, new NoticeQueue());
        Assert.Equal("Your name is Ada.", (await SayAsync(moved, "What is my name?")).Reply.Text);
        await EmbeddedAsync(moved);
        Assert.Equal(7, EmbeddedTurns.Length);
    }

    [Theory]
    [InlineData(-1, null, "-Recall is -1")]
    [InlineData(0, null, "-Recall is 0")]
    [InlineData(null, "text-embedding-v4", "give -Recall too")]
    [InlineData(2, "qwen-plus", "answers in words")]
    public void What_cannot_be_followed_is_refused_at_once(int? recall, string? model, string expected)
    {
        var failure = Assert.Throws<QwenException>(() => New(policy: new QwenContextPolicy { Recall = recall, EmbeddingModel = model }));
        Assert.Equal(QwenErrorKind.InvalidRequest, failure.Kind);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_with_another_store_or_a_closed_one_is_refused()
    {
        var (one, other) = (await OpenAsync(), await OpenAsync("other.db"));
        Assert.Contains("belong together", Assert.Throws<QwenException>(() => PolicyCheck.CheckStore(s_recall with { Store = one }, other)).Message,
            StringComparison.Ordinal);
        one.Dispose();
        Assert.Equal(QwenErrorKind.StoreUnavailable, Assert.Throws<QwenException>(() => New(policy: s_recall with { Store = one })).Kind);
    }
}
