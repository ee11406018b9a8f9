using System.Text.Json;
using QwenChat.History;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.Policy;

/// <summary>Tests policies end to end: requests with each API, summaries, and failures.</summary>
public sealed partial class ContextPolicyTests : IDisposable
{
    private const string Summarizing = "SUMMARISE";
    private QwenEmulator _emulator = QwenEmulator.Start(new QwenEmulatorOptions { Reply = Answer });

    public void Dispose() => _emulator.Dispose();

    public static TheoryData<QwenApi> Apis => new(QwenApi.ChatCompletions, QwenApi.Responses, QwenApi.DashScope);

    /// <summary>Replies with the number of user messages, or with a one-line summary.</summary>
    private static QwenEmulatorReply Answer(QwenEmulatorPrompt prompt, CancellationToken gone) => prompt.Instructions == Summarizing
        ? $"They counted ({prompt.Messages[^1].Text.Split('\n').Count(line => line.StartsWith("User: ", StringComparison.Ordinal))} messages)."
        : $"{prompt.Messages.Count(message => message.Role == "user")}: " + string.Concat(Enumerable.Repeat("word ", 60));

    private QwenClient Client => new(QwenConnection.To(_emulator.BaseUri, _emulator.ApiKey) with { MaximumRetryCount = 0 });

    private static QwenContextPolicy Summarize(long at, int keepVerbatim = 2) =>
        new() { SummarizeAtTokens = at, SummaryInstruction = Summarizing, KeepVerbatim = keepVerbatim };

    private QwenConversation New(QwenApi api, QwenContextPolicy? policy, string? instructions = null, string? model = null) =>
        Client.NewConversation(api, new QwenOptions { Thinking = QwenThinking.Off, Instructions = instructions, Model = model }, contextPolicy: policy);

    private async Task<QwenReply> SayAsync(QwenConversation conversation, int from, int to)
    {
        QwenReply? reply = null;
        for (int i = from; i <= to; i++)
            reply = await Client.SendAsync(conversation, $"Message {i}");
        return reply!;
    }

    private JsonElement LastBody => JsonDocument.Parse(_emulator.Requests[^1].Body).RootElement;

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task Only_the_kept_turns_are_sent(QwenApi api)
    {
        var conversation = New(api, new QwenContextPolicy { KeepTurns = 2, SlackTurns = 0 }, "Be brief.");
        var reply = await SayAsync(conversation, 1, 6);
        Assert.StartsWith("3: ", reply.Text, StringComparison.Ordinal);
        Assert.Equal((2, 0, 3), (reply.Context.TurnsVerbatim, reply.Context.TurnsSummarized, reply.Context.TurnsLeftOut));
        Assert.True(reply.Context.EstimatedTokens < reply.Context.EstimatedTokensBefore);
        Assert.True(reply.Context.PrefixBroken);
        Assert.Equal(6, conversation.Turns.Count);
        Assert.Contains("Be brief.", _emulator.Requests[^1].Body, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task Zero_turns_can_be_kept(QwenApi api)
    {
        var reply = await SayAsync(New(api, new QwenContextPolicy { KeepTurns = 0 }), 1, 3);
        Assert.StartsWith("1: ", reply.Text, StringComparison.Ordinal);
        Assert.Equal(2, reply.Context.TurnsLeftOut);
    }

    [Fact]
    public async Task A_chain_is_continued_until_turns_are_omitted()
    {
        var conversation = New(QwenApi.Responses, new QwenContextPolicy { KeepTurns = 2, SlackTurns = 0 });
        await SayAsync(conversation, 1, 3);
        Assert.True(LastBody.TryGetProperty("previous_response_id", out _));
        Assert.Equal(1, LastBody.GetProperty("input").GetArrayLength());
        var reply = await SayAsync(conversation, 4, 4);
        Assert.False(LastBody.TryGetProperty("previous_response_id", out _));
        Assert.Equal(5, LastBody.GetProperty("input").GetArrayLength());
        Assert.Equal((2, 2), (reply.Context.TurnsVerbatim, reply.Context.TurnsSent));
    }

    [Fact]
    public async Task Without_the_policy_all_turns_are_sent_again()
    {
        var conversation = New(QwenApi.Responses, new QwenContextPolicy { KeepTurns = 1 });
        await SayAsync(conversation, 1, 4);
        ConversationChange.SetContextPolicy(conversation, null);
        Assert.StartsWith("5: ", (await SayAsync(conversation, 5, 5)).Text, StringComparison.Ordinal);
        Assert.StartsWith("6: ", (await SayAsync(conversation, 6, 6)).Text, StringComparison.Ordinal);
        Assert.True(LastBody.TryGetProperty("previous_response_id", out _));
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_summary_replaces_older_turns(QwenApi api)
    {
        var conversation = New(api, Summarize(300), "Be brief.");
        var reply = await SayAsync(conversation, 1, 12);
        var summary = conversation.Summaries[^1];
        Assert.StartsWith("They counted", summary.Text, StringComparison.Ordinal);
        Assert.Equal(summary.LastTurn, reply.Context.TurnsSummarized);
        Assert.Equal(11 - summary.LastTurn, reply.Context.TurnsVerbatim);
        Assert.Equal(0, reply.Context.TurnsLeftOut);
        // The reply begins with the number of user messages, and the summary is one of them.
        Assert.StartsWith($"{13 - summary.LastTurn}: ", reply.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Be brief.\\n\\nSummary", _emulator.Requests[^1].Body, StringComparison.Ordinal);
        Assert.True(conversation.Summaries.Count > 1, "Only one summary was written.");
        Assert.Equal(12, conversation.Turns.Count);
        Assert.All(conversation.Turns.Skip(3), turn => Assert.InRange(turn.Usage!.InputTokens!.Value, 0, 600));
    }

    [Fact]
    public async Task Between_two_summaries_the_new_chain_is_continued()
    {
        var conversation = New(QwenApi.Responses, Summarize(700));
        await SayAsync(conversation, 1, 20);
        var bodies = _emulator.Requests.Select(request => request.Body).Where(body => !body.Contains(Summarizing, StringComparison.Ordinal)).ToArray();
        // Only the first request of a chain contains the summary.
        Assert.All(bodies.Where(body => body.Contains("Summary of this", StringComparison.Ordinal)),
            body => Assert.DoesNotContain("previous_response_id", body, StringComparison.Ordinal));
        int begun = Array.FindIndex(bodies, body => body.Contains("Summary of this", StringComparison.Ordinal));
        Assert.Contains(bodies.Skip(begun), body => body.Contains("previous_response_id", StringComparison.Ordinal));
        Assert.Equal(20, (await SayAsync(conversation, 21, 21)).Context is var context ? context.TurnsVerbatim + context.TurnsSummarized : 0);
    }

    [Fact]
    public async Task The_next_summary_covers_the_previous_summary_and_the_turns_after_it()
    {
        var conversation = New(QwenApi.ChatCompletions, Summarize(300));
        await SayAsync(conversation, 1, 12);
        var asked = _emulator.Requests.Where(request => request.Body.Contains(Summarizing, StringComparison.Ordinal)).Select(request => request.Body).ToArray();
        Assert.Contains("The conversation so far", asked[0], StringComparison.Ordinal);
        Assert.Contains(conversation.Summaries[0].Text, asked[1], StringComparison.Ordinal);
        Assert.DoesNotContain("Message 1\\n", asked[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_usage_of_a_conversation_includes_its_summaries()
    {
        var conversation = New(QwenApi.ChatCompletions, Summarize(300));
        await SayAsync(conversation, 1, 8);
        long turns = conversation.Turns.Sum(turn => turn.Usage!.TotalTokens!.Value),
            summaries = conversation.Summaries.Sum(summary => summary.Usage!.TotalTokens!.Value);
        Assert.True(summaries > 0);
        Assert.Equal(turns + summaries, conversation.Usage!.TotalTokens);
    }

    [Fact]
    public async Task A_policy_with_KeepTurns_and_summaries_summarizes_the_omitted_turns()
    {
        var conversation = New(QwenApi.ChatCompletions, Summarize(100_000) with { KeepTurns = 3, SlackTurns = 0 });
        var reply = await SayAsync(conversation, 1, 6);
        Assert.Equal((3, 2, 0), (reply.Context.TurnsVerbatim, reply.Context.TurnsSummarized, reply.Context.TurnsLeftOut));
    }

    [Fact]
    public async Task A_policy_with_KeepTurns_and_summaries_omits_no_turn_if_a_summary_fails()
    {
        var conversation = New(QwenApi.ChatCompletions, Summarize(100_000) with { KeepTurns = 2, SlackTurns = 0 });
        await SayAsync(conversation, 1, 2);
        for (int i = 3; i <= 7; i++)
        {
            // After the third failure, summaries are no longer attempted, and still no turn is omitted.
            _emulator.ClearFaults();
            if (i > 2 && conversation.SummaryFailures.Count < 3)
                _emulator.AddFault(new QwenEmulatorFault { Status = 400, Skip = i == 3 ? 1 : 0 });
            var reply = await Client.SendAsync(conversation, $"Message {i}");
            Assert.Equal((i - 1, 0, 0), (reply.Context.TurnsVerbatim, reply.Context.TurnsSummarized, reply.Context.TurnsLeftOut));
            Assert.StartsWith($"{i}: ", reply.Text, StringComparison.Ordinal);
        }
    }
}
