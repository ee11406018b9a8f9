using System.Text;
using System.Text.Json;
using QwenChat.Catalogue;
using QwenChat.Cost;
using QwenChat.Export;
using QwenChat.Model;
using QwenChat.Protocols;
using Xunit;

namespace QwenChat.Tests.Export;

/// <summary>Sample conversations to export, and an assertion that two conversations are equal.</summary>
internal static class Sample
{
    public static readonly DateTimeOffset Now = new DateTimeOffset(2026, 11, 22, 9, 30, 0, TimeSpan.FromHours(1)).AddTicks(1234567);

    public static QwenConnection Connection { get; } = new() { BaseUri = new Uri("https://dashscope-intl.aliyuncs.com") };

    /// <summary>Creates a conversation with a value in every member.</summary>
    public static ConversationFileContent Full() => new()
    {
        Head = new ConversationFileHead("conv_1", QwenApi.Conversations, Now, new ConversationSettings
        {
            Name = "Reise \"nach\" 成都 👋\n\u001b\u202e",
            Stateless = true,
            Options = new QwenOptions
            {
                Model = "qwen3.6-plus",
                Instructions = "Be brief.",
                Thinking = QwenThinking.On,
                ThinkingBudget = 100,
                ReasoningEffort = "high",
                Temperature = 0.1 + 0.2,
                TopP = 1e-7,
                MaxOutputTokens = 4000,
                Seed = long.MaxValue,
                Search = false,
                ExplicitCache = true,
                SessionCache = false,
                ExtraBody = new Dictionary<string, JsonElement>
                {
                    ["tools"] = JsonDocument.Parse("""[{"type":"x","n":1.50,"deep":[[null]]}]""").RootElement,
                    ["$type"] = JsonDocument.Parse("\"System.IO.FileInfo\"").RootElement,
                },
            },
            Metadata = new Dictionary<string, string> { ["project"] = "x", [""] = "é" },
            CostLimit = 0.50m,
            TokenLimit = 1_000_000,
            ContextPolicy = new QwenContextPolicy { KeepTurns = 9, SlackTurns = 4, SummarizeAt = 0.5, KeepVerbatim = 3, SummaryModel = "qwen-flash",
                SummaryInstruction = "In a line.", Recall = 4, EmbeddingModel = "text-embedding-v3" },
        }),
        Turns =
        [
            new QwenTurn(1,
            [
                Item("""{"role":"user","content":"Hi \u0041 / é 👋 <b>"}""", "message", "user"),
                Item("""{ "type":"reasoning", "summary":[{"text":"Hm."}],"n":1.0e2 }""", "reasoning", null),
                Item("""{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Hello."}]}""", "message", "assistant"),
            ], 1)
            {
                Usage = new QwenUsage { InputTokens = 1, OutputTokens = 2, TotalTokens = 3, CachedTokens = 0, ReasoningTokens = 1, CacheCreationTokens = 5 },
                State = QwenReplyState.Incomplete,
                Model = "qwen3.6-plus-2026-04-02",
                ResponseId = "resp_1",
                Terms = new BillingTerms("qwen3.6-plus", QwenRegion.Beijing, ExplicitCache: true),
                CreatedAt = Now.AddSeconds(1),
                Server = new ServerState("resp_1", "https://dashscope-intl.aliyuncs.com", Now.AddDays(7)) { First = 4 },
                Sent = new SentContext(4, 2, true, 12.5),
            },
            new QwenTurn(2, [Item("{}", "web_search_call", null)], 0) 
            {
                State = QwenReplyState.Interrupted,
                CreatedAt = Now.AddDays(-1).ToUniversalTime(),
                EstimatedUsage = new QwenUsage { InputTokens = 7, OutputTokens = 3 },
                Terms = new BillingTerms("some-model", null, ExplicitCache: false),
            },
        ],
        State = new ConversationState
        {
            Usage = new QwenUsage { InputTokens = 10 },
            Counted = new LimitCount(11, new Dictionary<string, decimal> { ["USD"] = 0.0000123m, ["CNY"] = 0m }, HasUnpriced: true),
            Pending = [Item("""{"role":"user","content":"waits"}""", "message", "user")],
            PrefixBroken = true,
            Summaries = [
                new QwenSummary { Text = "They greeted.", LastTurn = 1, Model = "qwen-flash", CreatedAt = Now, Usage = new QwenUsage { InputTokens = 5 },
                    EstimatedTokens = 3, EstimatedTokensBefore = 9 }],
        },
    };

    /// <summary>Creates a typical conversation with the specified number of turns.</summary>
    public static QwenConversation Plain(int turns, QwenApi api = QwenApi.ChatCompletions)
    {
        var conversation = new QwenConversation(api, Connection, new QwenOptions { Model = "qwen-plus" }, createdAt: Now);
        for (int i = 1; i <= turns; i++)
            conversation.Append(Turn(i, $"Question {i}", $"Answer {i}", api), 0);
        return conversation;
    }

    public static QwenTurn Turn(int number, string question, string answer, QwenApi api = QwenApi.ChatCompletions, string? thinking = null)
    {
        var protocol = ChatProtocol.For(api, ModelCatalogue.DefaultModel);
        var said = protocol.WriteMessage(MessageDraft.OfText("user", question), Now);
        var answered = protocol.WriteMessage(MessageDraft.OfText("assistant", answer) with { Thinking = thinking }, Now);
        return new QwenTurn(number, [.. said, .. answered], said.Count)
        {
            Model = "qwen-plus",
            CreatedAt = Now.AddMinutes(number),
            Usage = new QwenUsage { InputTokens = 10 * number, OutputTokens = 5 },
        };
    }

    public static byte[] Json(ConversationFileContent record)
    {
        using var stream = new MemoryStream();
        ConversationFile.Write(stream, record, Now);
        return stream.ToArray();
    }

    public static ConversationFileContent Read(byte[] json) =>
        ConversationFile.Read(json, "a.json", new QwenOptions { Model = "qwen-flash" }, Now, new NoticeQueue());

    public static ConversationFileContent Read(string json) => Read(Encoding.UTF8.GetBytes(json));

    /// <summary>Returns the error message for a file that cannot be imported.</summary>
    public static string Refusal(Action read, QwenErrorKind kind = QwenErrorKind.ImportInvalid)
    {
        var refused = Assert.Throws<QwenException>(read);
        Assert.Equal(kind, refused.Kind);
        return refused.Message;
    }

    public static void AssertSame(ConversationFileContent expected, ConversationFileContent actual)
    {
        Assert.Equal(expected.Head with { Settings = actual.Head.Settings }, actual.Head);
        Assert.Equal(expected.Head.CreatedAt.Offset, actual.Head.CreatedAt.Offset);
        var (left, right) = (expected.Head.Settings, actual.Head.Settings);
        Assert.Equal(left with { Options = right.Options, Metadata = right.Metadata }, right);
        Assert.Equal(left.Metadata, right.Metadata);
        Assert.Equal(left.Options with { ExtraBody = null }, right.Options with { ExtraBody = null });
        Assert.Equal(left.Options.ExtraBody?.Select(extra => (extra.Key, extra.Value.GetRawText())),
            right.Options.ExtraBody?.Select(extra => (extra.Key, extra.Value.GetRawText())));
        Assert.Equal(expected.Turns.Count, actual.Turns.Count);
        foreach (var (one, other) in expected.Turns.Zip(actual.Turns))
        {
            Assert.Equal((one.Number, one.InputCount, one.State, one.Model, one.ResponseId, one.CreatedAt),
                (other.Number, other.InputCount, other.State, other.Model, other.ResponseId, other.CreatedAt));
            Assert.Equal(one.Usage, other.Usage);
            Assert.Equal((one.Server, one.Sent), (other.Server, other.Sent));
            Assert.Equal((one.EstimatedUsage, one.Terms), (other.EstimatedUsage, other.Terms));
            AssertSame(one.Items, other.Items);
        }
        Assert.Equal(expected.State.Usage, actual.State.Usage);
        Assert.Equal(expected.State.Counted, actual.State.Counted);
        Assert.Equal(expected.State.PrefixBroken, actual.State.PrefixBroken);
        Assert.Equal(expected.State.Summaries.Select(summary => summary with { Through = default }),
            actual.State.Summaries.Select(summary => summary with { Through = default }));
        AssertSame(expected.State.Pending, actual.State.Pending);
    }

    private static void AssertSame(IReadOnlyList<QwenItem> expected, IReadOnlyList<QwenItem> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        foreach (var (one, other) in expected.Zip(actual))
        {
            Assert.Equal((one.Id, one.Type, one.Role, one.Status, one.CreatedAt, one.ExpiresAt),
                (other.Id, other.Type, other.Role, other.Status, other.CreatedAt, other.ExpiresAt));
            Assert.Equal(one.Json.ToArray(), other.Json.ToArray());
        }
    }

    public static QwenItem Item(string json, string type, string? role) => new(Encoding.UTF8.GetBytes(json), "item_" + json.Length, type, role)
    {
        CreatedAt = Now,
        ExpiresAt = Now.AddDays(7),
        Status = "completed",
    };
}
