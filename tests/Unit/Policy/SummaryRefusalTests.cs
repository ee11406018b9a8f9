using QwenChat.Model;
using QwenChat.Policy;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.Policy;

/// <summary>Tests that a refusal, or text that is too short, is not used as a summary.</summary>
public sealed class SummaryRefusalTests : IDisposable
{
    private const string Refusal = "I'm sorry, but I can't help with that.";
    private static readonly string s_summary = "They counted messages. " + string.Concat(Enumerable.Repeat("Each had a number. ", 10));
    private readonly Queue<string> _summaries = new();
    private readonly QwenEmulator _emulator;

    public SummaryRefusalTests() => _emulator = QwenEmulator.Start(new QwenEmulatorOptions
    {
        Reply = (prompt, _) => prompt.Instructions?.Contains("Write a summary", StringComparison.Ordinal) == true
            ? _summaries.TryDequeue(out string? text) ? text : Refusal : string.Concat(Enumerable.Repeat("word ", 60)),
    });

    public void Dispose() => _emulator.Dispose();

    private QwenClient Client => new(QwenConnection.To(_emulator.BaseUri, _emulator.ApiKey) with { MaximumRetryCount = 0 });

    public static TheoryData<QwenApi> Apis => new(QwenApi.ChatCompletions, QwenApi.Responses, QwenApi.DashScope);

    private async Task<(QwenConversation Conversation, QwenReply Reply, IReadOnlyList<string> Warnings)> TalkAsync(QwenApi api)
    {
        var conversation = Client.NewConversation(api, new QwenOptions { Thinking = QwenThinking.Off },
            contextPolicy: new QwenContextPolicy { SummarizeAtTokens = 450 });
        var warnings = new List<string>();
        QwenReply? reply = null;
        for (int i = 1; i <= 9; i++)
        {
            var notices = new NoticeQueue();
            await foreach (var delta in Client.RunAsync(conversation, new TurnRequest { Message = MessageDraft.OfText("user", $"Message {i}") }, notices,
                default))
                reply = delta.Reply ?? reply;
            while (notices.TryTake(out var notice))
                warnings.Add(notice.Text);
        }
        return (conversation, reply!, warnings);
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_refusal_instead_of_a_summary_is_retried_once(QwenApi api)
    {
        _summaries.Enqueue(Refusal);
        _summaries.Enqueue(s_summary);
        _summaries.Enqueue(s_summary);
        var (conversation, reply, _) = await TalkAsync(api);
        Assert.All(conversation.Summaries, summary => Assert.Equal(s_summary.Trim(), summary.Text));
        Assert.True(reply.Context.TurnsSummarized > 0);
        var asked = _emulator.Requests.Where(request => request.Body.Contains("Write the summary now", StringComparison.Ordinal)).ToArray();
        Assert.Contains("What you wrote before was too short", asked[1].Body, StringComparison.Ordinal);
        Assert.DoesNotContain("What you wrote before was too short", asked[0].Body, StringComparison.Ordinal);
        // The usage of the summary includes both calls.
        Assert.True(conversation.Summaries[0].Usage!.InputTokens > 500);
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task After_two_refusals_the_turns_are_kept_and_a_warning_is_written(QwenApi api)
    {
        var (conversation, reply, warnings) = await TalkAsync(api);
        Assert.Empty(conversation.Summaries);
        Assert.Equal((8, 0, 0), (reply.Context.TurnsVerbatim, reply.Context.TurnsSummarized, reply.Context.TurnsLeftOut));
        Assert.Contains(warnings, warning => warning.StartsWith("The older turns are unchanged, because", StringComparison.Ordinal)
            && warning.Contains(Refusal, StringComparison.Ordinal) && warning.Contains("-SummaryModel", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(12, 450, false, true)]
    [InlineData(12, 270, false, true)]
    [InlineData(40, 450, false, false)]
    [InlineData(50, 100_000, false, false)]
    [InlineData(49, 100_000, false, true)]
    [InlineData(10, 40, false, false)]
    [InlineData(7, 300, true, false)]
    [InlineData(12, 5000, true, true)]
    public void A_summary_that_is_too_short_is_rejected(long tokens, long replaced, bool isAsAsked, bool expected) =>
        Assert.Equal(expected, SummaryCheck.IsTooShort(tokens, replaced, isAsAsked));

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_dry_run_estimates_the_request_with_the_pending_summary(QwenApi api)
    {
        var conversation = Client.NewConversation(api, new QwenOptions { Thinking = QwenThinking.Off },
            contextPolicy: new QwenContextPolicy { KeepTurns = 99 });
        for (int i = 1; i <= 8; i++)
            await Client.SendAsync(conversation, $"Message {i}");
        Assert.Null((await Client.PlanAsync(conversation, "Message 9")).Context.EstimatedTokensSummarized);
        conversation.ContextPolicy = new QwenContextPolicy { SummarizeAtTokens = 500 };
        var plan = (await Client.PlanAsync(conversation, "Message 9")).Context;
        Assert.True(plan.TurnsToSummarize > 0);
        Assert.InRange(plan.EstimatedTokensSummarized!.Value, 100, 500);
        for (int i = 0; i < 3; i++)
            _summaries.Enqueue(s_summary);
        var reply = await Client.SendAsync(conversation, "Message 9");
        Assert.Equal(plan.TurnsToSummarize, reply.Context.TurnsSummarized);
        Assert.InRange(plan.EstimatedTokensSummarized!.Value, reply.Usage!.InputTokens!.Value * 0.7, reply.Usage.InputTokens.Value * 1.3);
    }
}
