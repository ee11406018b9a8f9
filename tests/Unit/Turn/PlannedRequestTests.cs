using System.Text.Json;
using QwenChat.Catalogue;
using QwenChat.Model;
using QwenChat.Policy;
using QwenChat.Protocols;
using QwenChat.Tests.Faults;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.Turn;

/// <summary>Tests that checks apply to the whole request, including earlier turns.</summary>
public class PlannedRequestTests
{
    private static readonly string s_image = "data:image/png;base64," + new string('A', 8000);

    [Theory]
    [InlineData(QwenApi.ChatCompletions, "image", "qwen-plus",
        "qwen-plus accepts only text input, but this request includes turn 1 of the conversation, which contains an image")]
    [InlineData(QwenApi.DashScope, "image", "qwen3-max",
        "qwen3-max accepts only text input, but this request includes turn 1 of the conversation, which contains an image")]
    [InlineData(QwenApi.Responses, "image", "qwen3.7-max",
        "qwen3.7-max accepts only text input, but this request includes turn 1 of the conversation, which contains an image")]
    [InlineData(QwenApi.ChatCompletions, "audio", "qwen3.6-plus",
        "qwen3.6-plus accepts only text, image and video input, but this request includes turn 1 of the conversation, which contains an audio file")]
    [InlineData(QwenApi.Responses, "video", "qwen3.6-plus", "In the Responses API, qwen3.6-plus does not accept video input")]
    public async Task Earlier_media_are_rejected_if_the_model_does_not_accept_them(QwenApi api, string kind, string model, string message)
    {
        var conversation = With(api, [new DraftPart(kind, kind == "image" ? s_image : "https://example.org/a")], api == QwenApi.DashScope ? "qwen3.6-plus"
            : "qwen3.8-omni-flash");
        conversation.Options = conversation.Options with { Model = model };
        var refused = await Assert.ThrowsAsync<QwenException>(() => Client.PlanAsync(conversation, "And now?"));
        Assert.Equal(QwenErrorKind.MediaRefused, refused.Kind);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.Contains(conversation.Path[0].Items[0].Id!, refused.Message, StringComparison.Ordinal);
        // A request that does not contain the earlier turn is accepted.
        conversation.ContextPolicy = new QwenContextPolicy { KeepTurns = 0 };
        if (api != QwenApi.Responses)
            Assert.Equal("user: And now?", OddTurn.Describe((await Client.PlanAsync(conversation, "And now?")).Body));
    }

    [Fact]
    public async Task Images_of_all_turns_are_counted()
    {
        var conversation =
            With(QwenApi.ChatCompletions, Enumerable.Range(0, 257).Select(i => new DraftPart("image", $"https://example.org/{i}")).ToArray(), "qwen3.6-plus");
        var refused = await Assert.ThrowsAsync<QwenException>(() => Client.PlanAsync(conversation, "And now?"));
        Assert.Contains("at most 256 images in a request; with earlier turns, there are 257", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_of_all_turns_are_added_up()
    {
        var conversation = With(QwenApi.ChatCompletions,
            [new DraftPart("image", "data:image/png;base64," + new string('A', 9_000_000)),
                new DraftPart("image", "data:image/png;base64," + new string('B', 9_000_000))], "qwen3.6-plus");
        var refused = await Assert.ThrowsAsync<QwenException>(() => Client.PlanAsync(conversation, "And now?"));
        Assert.Contains("including those of earlier turns, total 17.2 MB; the service accepts about 15 MB", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("qwen3.5-plus", 90_000)]
    [InlineData("qwen3.5-flash", 89_127)]
    [InlineData("qwen3.6-plus", 800_000)]
    [InlineData("qwen3.8-flash", 800_056)]
    [InlineData("deepseek-v4.1-flash", 754_977)]
    public void The_input_limit_of_Responses_depends_on_the_model(string model, int tokens) => Assert.Equal(tokens, ModelCatalogue.Find(model)!.ResponsesInput);

    [Theory]
    [InlineData(QwenApi.Responses, "qwen3.5-plus", true)]
    [InlineData(QwenApi.Responses, "qwen3.6-plus", false)]
    [InlineData(QwenApi.ChatCompletions, "qwen3.5-plus", false)]
    public async Task A_plan_warns_about_turns_that_the_Responses_API_drops(QwenApi api, string model, bool warns)
    {
        var conversation = With(api, [DraftPart.OfText(string.Concat(Enumerable.Repeat("knowledge ", 100_000)))], model);
        var notices = new NoticeQueue();
        var plan = await Client.PlanAsync(conversation, new TurnRequest { Message = MessageDraft.OfText("user", "And?") }, notices, default);
        var warnings = Warnings(notices);
        Assert.Equal(warns, warnings.Any(text => text.Contains("reads about 90,000 of them", StringComparison.Ordinal)
            && text.Contains("drops the middle", StringComparison.Ordinal)));
        Assert.True(plan.EstimatedInputTokens > 100_000);
    }

    [Theory]
    [InlineData("qwen3.5-plus", true, 84_600)]
    [InlineData("qwen3.6-plus", false, 700_000)]
    public async Task A_policy_summarizes_before_the_Responses_API_drops_anything(string model, bool warns, int tokens)
    {
        var policy = new QwenContextPolicy { SummarizeAt = 0.7 };
        var conversation = With(QwenApi.Responses, [DraftPart.OfText("Hi")], model);
        conversation.ContextPolicy = policy;
        var notices = new NoticeQueue();
        await Client.PlanAsync(conversation, new TurnRequest { Message = MessageDraft.OfText("user", "And?") }, notices, default);
        Assert.Equal(warns, Warnings(notices).Any(text => text.Contains("summarized at 84,600 instead", StringComparison.Ordinal)));
        Assert.Equal(tokens, SummaryThreshold.Of(policy, QwenApi.Responses, model, null, null)!.At, 0.1);
        Assert.Equal(700_000, SummaryThreshold.Of(policy, QwenApi.ChatCompletions, model, null, null)!.At);
    }

    [Theory]
    [InlineData("qwen3.6-plus", true)]
    [InlineData("qwen-plus", false)]
    public async Task Native_multimodal_models_search_only_in_streams(string model, bool streams)
    {
        var conversation = Client.NewConversation(QwenApi.DashScope, new QwenOptions { Model = model, Search = true });
        var plan = await Client.PlanAsync(conversation, "News?");
        Assert.Equal(streams, plan.Body.Contains("\"incremental_output\":true", StringComparison.Ordinal));
        Assert.Contains("\"enable_search\":true", plan.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(QwenApi.Responses, """{"text":{"format":{"type":"json_object"}}}""", "text.format")]
    [InlineData(QwenApi.Conversations, """{"text":{"format":{"type":"json_object"}}}""", "text.format")]
    [InlineData(QwenApi.Responses, """{"response_format":{"type":"json_object"}}""", "response_format")]
    [InlineData(QwenApi.Responses, """{"text":{"verbosity":"low"}}""", null)]
    [InlineData(QwenApi.ChatCompletions, """{"response_format":{"type":"json_object"}}""", null)]
    public async Task A_format_that_the_Responses_API_ignores_causes_a_warning(QwenApi api, string extra, string? field)
    {
        using var document = JsonDocument.Parse(extra);
        var body = document.RootElement.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.Clone());
        var conversation = Client.NewConversation(api, new QwenOptions { Model = "qwen3.6-plus", ExtraBody = body });
        var notices = new NoticeQueue();
        await Client.PlanAsync(conversation, new TurnRequest { Message = MessageDraft.OfText("user", "JSON?") }, notices, default);
        Assert.Equal(field is null ? []
            : [$"The {api} API ignores '{field}' in -ExtraBody, so the answer may have any format. Use -Api ChatCompletions, which supports response_format."],
            Warnings(notices));
    }

    private static QwenClient Client { get; } = new(QwenConnection.To(new Uri("https://dashscope-intl.aliyuncs.com"), new System.Security.SecureString()));

    private static QwenConversation With(QwenApi api, IReadOnlyList<DraftPart> parts, string model)
    {
        var conversation = Client.NewConversation(api, new QwenOptions { Model = model });
        var protocol = ChatProtocol.For(api, model);
        QwenItem[] items =
            [.. protocol.WriteMessage(new MessageDraft("user", parts), default), .. protocol.WriteMessage(MessageDraft.OfText("assistant", "I see."), default)];
        conversation.MoveTo(new TurnPath().Append(new QwenTurn(1, items, 1)));
        return conversation;
    }

    private static string[] Warnings(NoticeQueue notices)
    {
        var texts = new List<string>();
        while (notices.TryTake(out var notice))
        {
            if (notice.Level == NoticeLevel.Warning)
                texts.Add(notice.Text);
        }
        return [.. texts];
    }
}
