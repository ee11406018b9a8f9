using QwenChat.Cost;
using QwenChat.Export;
using QwenChat.Model;
using QwenChat.Saving;
using QwenChat.Storage.Sqlite;
using QwenChat.Store;
using QwenChat.Turn;
using QwenChat.Vectors;
using Xunit;

namespace QwenChat.Tests.Cost;

/// <summary>
/// Tests the cost of summaries and embeddings: in the conversation's total, in the reply that waited for the calls, and in Measure-QwenConversation.
/// </summary>
public sealed class CallCostTests : IDisposable
{
    private readonly QwenEmulator _emulator = QwenEmulator.Start(new QwenEmulatorOptions
    {
        Reply = (prompt, _) => prompt.Instructions?.Contains("Write a summary", StringComparison.Ordinal) == true
            ? "They spoke of places. " + string.Concat(Enumerable.Repeat("Porto was one of them. ", 4)) : string.Concat(Enumerable.Repeat("word ", 100)),
    });

    public void Dispose() => _emulator.Dispose();

    private QwenClient Client => new(QwenConnection.To(_emulator.BaseUri, _emulator.ApiKey) with { MaximumRetryCount = 0 });

    public static TheoryData<QwenApi> Apis => new(QwenApi.ChatCompletions, QwenApi.Responses, QwenApi.DashScope);

    private async Task<(QwenConversation Conversation, IReadOnlyList<QwenReply> Replies)> TalkAsync(QwenApi api)
    {
        var conversation = Client.NewConversation(api, new QwenOptions { Model = "qwen3.5-plus", Thinking = QwenThinking.Off },
            contextPolicy: new QwenContextPolicy { SummarizeAtTokens = 900, Recall = 2, SummaryModel = "qwen-flash" });
        var replies = new List<QwenReply>();
        for (int i = 1; i <= 14; i++)
            replies.Add(await Client.SendAsync(conversation, $"What do you know of place number {i}, which is far away?"));
        await BackgroundWork.OfProcess.WaitAsync(default);
        return (conversation, replies);
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_measure_has_lines_for_summaries_and_embeddings(QwenApi api)
    {
        var (conversation, _) = await TalkAsync(api);
        Assert.NotEmpty(conversation.Summaries);
        var measures = ConversationMeasure.Of(conversation);
        Assert.Equal([("Embeddings", "text-embedding-v4"), ("Summaries", "qwen-flash"), ("Turns", "qwen3.5-plus")],
            measures.Select(measure => (measure.Purpose!, measure.Model!)).Order());
        Assert.All(measures, measure => Assert.True(measure.Cost > 0 && measure.InputTokens > 0));
        var summaries = measures.Single(measure => measure.Purpose == "Summaries");
        Assert.Equal((0, conversation.Summaries.Count, null), (summaries.Turns, summaries.Calls, summaries.WindowShare));
        Assert.Equal(conversation.Summaries.Sum(summary => summary.Usage!.InputTokens), summaries.InputTokens);
        // The lines add up to the total: no usage is missing or counted twice.
        Assert.Equal(conversation.Usage!.InputTokens, measures.Sum(measure => measure.InputTokens));
        Assert.Equal(conversation.Ledger.Costs["CNY"], ConversationMeasure.Total(measures).Single().Cost);
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_reply_has_its_own_cost_and_the_cost_of_its_calls(QwenApi api)
    {
        var (conversation, replies) = await TalkAsync(api);
        Assert.Null(replies[0].CallsCost);
        var withSummary = replies.First(reply => reply.Context.TurnsSummarized > 0);
        var summary = conversation.Summaries[0];
        var cost = Pricing.Of(summary.Usage, new BillingTerms("qwen-flash", conversation.Connection.PriceRegion, false), thinks: false)!.Value;
        Assert.True(withSummary.CallsCost >= cost.Amount);
        Assert.Equal(cost.Currency, withSummary.Currency);
        Assert.Equal(Pricing.Of(withSummary.Turn, conversation.Connection)!.Value.Amount, withSummary.Cost);
    }

    [Fact]
    public async Task Files_and_stores_keep_the_lines()
    {
        var (conversation, _) = await TalkAsync(QwenApi.ChatCompletions);
        var lines = conversation.CallLines;
        Assert.Equal(2, lines.Count);
        using var file = new MemoryStream();
        ConversationFile.Write(file, ConversationFileContent.Of(conversation), DateTimeOffset.UnixEpoch);
        var back = ConversationFile.Read(file.ToArray(), "a.json", new QwenOptions(), DateTimeOffset.UnixEpoch, new NoticeQueue())
            .Restore(conversation.Connection);
        Assert.Equal(lines, back.CallLines);
        string path = Path.Combine(Path.GetTempPath(), Guid.NewGuid() + ".db");
        using (var store = new QwenStore("SQLite", path, await SqliteStore.OpenAsync(path, TimeProvider.System, default)))
        {
            conversation.Place = new StoreBinding(store);
            await ConversationSaving.SaveAsync(conversation, new NoticeQueue(), default);
            Assert.Equal(lines, (await StoreListing.FindAsync(store, conversation.Id, conversation.Connection, default)).CallLines);
        }
        File.Delete(path);
    }
}
