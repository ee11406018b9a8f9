using QwenChat.Model;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.Policy;

/// <summary>Tests turns that the service drops from the middle of a request. The turns do not count as read, and cause one warning per model.</summary>
public sealed class ServiceCutTests : IDisposable
{
    private readonly QwenEmulator _emulator = QwenEmulator.Start(new QwenEmulatorOptions { Reply = (_, _) => "I see." });

    public void Dispose() => _emulator.Dispose();

    private QwenClient Client => new(QwenConnection.To(_emulator.BaseUri, _emulator.ApiKey) with { MaximumRetryCount = 0 });

    [Theory]
    [InlineData(QwenApi.Responses, false)]
    [InlineData(QwenApi.Responses, true)]
    [InlineData(QwenApi.Conversations, false)]
    public async Task Turns_read_and_turns_cut_are_reported(QwenApi api, bool withPolicy)
    {
        // With Responses and Conversations, qwen-max reads only about 26,000 tokens.
        var conversation = Client.NewConversation(api, new QwenOptions { Model = "qwen-max", Thinking = QwenThinking.Off },
            contextPolicy: withPolicy ? new QwenContextPolicy { KeepTurns = 99 } : null);
        var warnings = new List<string>();
        QwenContext context = new();
        for (int i = 1; i <= 15; i++)
        {
            var notices = new NoticeQueue();
            var request = new TurnRequest { Message = MessageDraft.OfText("user", string.Concat(Enumerable.Repeat("word ", 2300))) };
            await foreach (var delta in Client.RunAsync(conversation, request, notices, default))
                context = delta.Reply?.Context ?? context;
            while (notices.TryTake(out var notice))
                warnings.Add(notice.Text);
            Assert.Equal(i - 1, context.TurnsVerbatim + context.TurnsCut + context.TurnsLeftOut + context.TurnsSummarized);
            if (i <= 10)
                Assert.Equal(0, context.TurnsCut);
        }
        Assert.InRange(context.TurnsCut, 3, 6);
        Assert.Single(warnings, warning => warning.Contains("drops the middle", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(QwenApi.ChatCompletions)]
    [InlineData(QwenApi.DashScope)]
    public async Task Nothing_is_cut_if_the_history_is_sent(QwenApi api)
    {
        var conversation = Client.NewConversation(api, new QwenOptions { Model = "qwen-max", Thinking = QwenThinking.Off });
        for (int i = 1; i <= 12; i++)
        {
            var context = (await Client.SendAsync(conversation, string.Concat(Enumerable.Repeat("word ", 2300)))).Context;
            Assert.Equal((i - 1, 0), (context.TurnsVerbatim, context.TurnsCut));
        }
    }
}
