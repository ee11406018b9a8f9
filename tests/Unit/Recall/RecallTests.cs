using System.Diagnostics;
using System.Text.Json;
using QwenChat.Emulator;
using QwenChat.History;
using QwenChat.Model;
using QwenChat.Recall;
using QwenChat.Storage.Sqlite;
using QwenChat.Turn;
using QwenChat.Vectors;
using Xunit;

namespace QwenChat.Tests.Recall;

/// <summary>Tests recall end to end: hits, their position in the request, embeddings, and failures.</summary>
public sealed partial class RecallTests : IDisposable
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
            Assert.True(watch.Elapsed < s_longest, "The condition was not met in time.");
            await Task.Delay(5);
        }
    }

    private IEnumerable<QwenEmulatorRequest> EmbeddingRequests =>
        _emulator.Requests.Where(request => request.Path.Contains("embedding", StringComparison.Ordinal));

    /// <summary>The texts that were embedded as turns, not as queries.</summary>
    private string[] EmbeddedTurns => EmbeddingRequests.Where(request => request.Status == 200 && !request.Body.Contains("\"query\"", StringComparison.Ordinal))
        .SelectMany(request => JsonDocument.Parse(request.Body).RootElement.GetProperty("input").GetProperty("texts").EnumerateArray()
        .Select(text => text.GetString()!)).ToArray();

    private JsonElement LastTurn =>
        JsonDocument.Parse(_emulator.Requests.Last(request => !request.Path.Contains("embedding", StringComparison.Ordinal)).Body).RootElement;

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_turn_from_thirty_turns_ago_is_recalled(QwenApi api)
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
    public async Task Recalled_turns_precede_the_newest_message_only_in_that_request(QwenApi api)
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
    public async Task Recalled_turns_are_in_the_instructions_if_the_service_keeps_messages()
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
    public async Task A_conversation_object_recalls_turns_that_the_service_would_cut()
    {
        var conversation = New(QwenApi.Conversations, new QwenContextPolicy { Recall = 2 }, "qwen-max");
        // The service drops the middle of a long request, so the model still reads turns 1 and 16, but not turn 9.
        await SayAsync(conversation, "My first name is Ada.");
        Assert.Empty((await SayAsync(conversation, "What is my name?")).Reply.Context.Recalled);
        Assert.DoesNotContain(EmbeddingRequests, request => request.Body.Contains("\"query\"", StringComparison.Ordinal));
        for (int i = 3; i <= 15; i++)
            await SayAsync(conversation, i == 9 ? "My last name is Lovelace." : string.Concat(Enumerable.Repeat("word ", 2300)));
        await SayAsync(conversation, "My middle name is Augusta.");
        var reply = (await SayAsync(conversation, "What is my name?")).Reply;
        Assert.Equal(9, Assert.Single(reply.Context.Recalled).Turn);
        Assert.Equal(0, reply.Context.TurnsLeftOut);
        Assert.Contains("Recalled from", LastTurn.GetProperty("instructions").GetString(), StringComparison.Ordinal);
        Assert.True(LastTurn.TryGetProperty("conversation", out _));
    }

    [Fact]
    public async Task Without_other_policy_settings_recall_begins_after_the_service_has_named_a_limit()
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
    public async Task Summarized_turns_are_recalled_verbatim()
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
    public async Task The_estimate_is_within_a_tenth_with_recalled_turns(QwenApi api, double factor)
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
    public async Task A_message_that_only_thanks_is_not_used_for_recall(string message)
    {
        var conversation = New();
        await TalkAsync(conversation, 5);
        await EmbeddedAsync(conversation);
        int before = EmbeddingRequests.Count();
        var plan = await new QwenClient(Connection).PlanAsync(conversation, message);
        Assert.Equal((0, 0), (plan.Context.TurnsToRecall, plan.Context.Recalled.Count));
        Assert.Empty((await SayAsync(conversation, message)).Reply.Context.Recalled);
        await EmbeddedAsync(conversation);
        Assert.Equal(before + 1, EmbeddingRequests.Count()); // Only the turn itself is embedded.
    }

    [Fact]
    public async Task A_follow_up_is_searched_together_with_the_previous_message()
    {
        var conversation = New(policy: new QwenContextPolicy { KeepTurns = 1, SlackTurns = 0, Recall = 1 });
        await SayAsync(conversation, "The plumber is Mr. Ekker and comes on Friday.");
        await TalkAsync(conversation, 6);
        await SayAsync(conversation, "We spoke about the plumber.");
        Assert.Equal(1, Assert.Single((await SayAsync(conversation, "And when?")).Reply.Context.Recalled).Turn);
    }

    [Fact]
    public async Task Repeated_messages_are_recalled_once()
    {
        var conversation = New(policy: new QwenContextPolicy { KeepTurns = 1, SlackTurns = 0, Recall = 5 });
        for (int i = 0; i < 6; i++)
            await SayAsync(conversation, "Where do the plumbers meet?");
        Assert.Single((await SayAsync(conversation, "Where do the plumbers meet?")).Reply.Context.Recalled);
    }
}
