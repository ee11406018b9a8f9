using QwenChat.Cost;
using QwenChat.Export;
using QwenChat.History;
using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Policy;
using QwenChat.Recall;
using QwenChat.Saving;
using QwenChat.Store;
using QwenChat.Turn;
using QwenChat.Vectors;
using Xunit;

namespace QwenChat.Tests.Recall;

public sealed partial class RecallTests
{
    [Fact]
    public async Task A_tool_call_is_recalled_with_its_result()
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
    public async Task Recalled_turns_precede_all_turns_if_the_newest_message_is_a_tool_result()
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
    public async Task A_resumed_conversation_embeds_only_missing_turns()
    {
        var conversation = New(policy: s_recall with { Store = await OpenAsync() });
        await TalkAsync(conversation, 5);
        await EmbeddedAsync(conversation);
        // The failed requests simulate a process that ended right after the reply.
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
    public async Task Turns_that_could_not_be_saved_are_recalled_by_keywords_with_advice()
    {
        var conversation = New(policy: s_recall with { Store = await OpenAsync() });
        await TalkAsync(conversation, 5);
        await EmbeddedAsync(conversation);
        conversation.Place!.IsBehind = true;
        var (_, warnings) = await SayAsync(conversation, "What is my name?");
        Assert.Contains(" yet, so they cannot be searched. Saving is retried after the next message or change. If it fails again, check the store, or use "
            + "Set-QwenConversation -Store to move the conversation to another store.", warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_conversation_that_moves_into_a_store_keeps_its_vectors()
    {
        var conversation = New();
        await TalkAsync(conversation, 6);
        await EmbeddedAsync(conversation);
        await ConversationSaving.ChangeAsync(conversation, _ => { }, await OpenAsync(), new NoticeQueue(), default);
        Assert.Equal("Your name is Ada.", (await SayAsync(conversation, "What is my name?")).Reply.Text);
        await EmbeddedAsync(conversation);
        Assert.Equal(7, EmbeddedTurns.Length);
    }

    [Fact]
    public async Task A_search_waits_for_pending_embeddings()
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
    public async Task Vectors_of_a_different_length_than_those_in_the_store_only_cause_a_warning()
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
    public async Task A_closed_store_does_not_lose_the_reply()
    {
        var conversation = New(policy: s_recall with { Store = await OpenAsync() });
        await TalkAsync(conversation, 4);
        conversation.Store!.Dispose();
        var (reply, warnings) = await SayAsync(conversation, "What is my name?");
        Assert.Equal("Your name is Ada.", reply.Text);
        Assert.Contains(warnings, warning => warning.Contains("was closed", StringComparison.Ordinal)
            && warning.StartsWith("Earlier turns were recalled by keyword search", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_store_can_be_closed_during_an_embedding()
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
    public async Task A_copy_for_another_API_keeps_its_vectors()
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
    [InlineData(null, "text-embedding-v4", "Also specify -Recall")]
    [InlineData(2, "qwen-plus", "is not an embedding model")]
    public void An_inapplicable_policy_is_rejected_immediately(int? recall, string? model, string expected)
    {
        var failure = Assert.Throws<QwenException>(() => New(policy: new QwenContextPolicy { Recall = recall, EmbeddingModel = model }));
        Assert.Equal(QwenErrorKind.InvalidRequest, failure.Kind);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_with_a_different_or_closed_store_is_rejected()
    {
        var (one, other) = (await OpenAsync(), await OpenAsync("other.db"));
        Assert.Contains("must use the same store", Assert.Throws<QwenException>(() => PolicyCheck.CheckStore(s_recall with { Store = one }, other)).Message,
            StringComparison.Ordinal);
        one.Dispose();
        Assert.Equal(QwenErrorKind.StoreUnavailable, Assert.Throws<QwenException>(() => New(policy: s_recall with { Store = one })).Kind);
    }
}
