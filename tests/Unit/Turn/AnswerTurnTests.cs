using System.Text.Json;
using System.Text.Json.Nodes;
using QwenChat.Model;
using QwenChat.Tools;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.Turn;

/// <summary>Tests turns whose answer must match a schema: the request for each API and model, the check, the single retry, and the conversation.</summary>
public sealed class AnswerTurnTests : ToolTurnBed
{
    private const string Good = """{"name":"Ada","age":36}""";
    private static readonly AnswerSchema s_person = AnswerSchema.Of(ShortSchema.Parse("name, age int"));

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task An_answer_that_matches_is_kept_as_a_message(QwenApi api, bool stream)
    {
        var conversation = New(api);
        Script(Good);
        var (reply, deltas) = await AskAsync(conversation, "Who?", stream);
        Assert.Equal("36", ((JsonNode)reply.Value!)["age"]!.ToJsonString());
        Assert.True(reply.HasValue);
        Assert.Equal(Good, reply.Text);
        Assert.Equal(stream ? Good : "", string.Concat(deltas.Where(delta => delta.Kind == QwenReplyDeltaKind.Text).Select(delta => delta.Text)));
        Assert.Empty(reply.ToolCalls);
        Assert.Equal(QwenReplyState.Completed, reply.State);
        Assert.Equal(1, conversation.TurnCount);
        Assert.Equal(["message", "message"], conversation.Items.Select(item => item.Type));
        Script("Fine.");
        Assert.Equal("Fine.", (await Client.SendAsync(conversation, "And?")).Text);
        Assert.Equal(["Who?", Good, "And?"], Prompts[^1].Messages.Select(message => message.Text));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task An_answer_that_does_not_match_is_discarded_and_retried_once(QwenApi api, bool stream)
    {
        var conversation = New(api);
        Script("""{"name":"Ada"}""", Good);
        var (reply, _) = await AskAsync(conversation, "Who?", stream);
        Assert.Equal(Good, reply.Text);
        Assert.Equal(2, Prompts.Count);
        Assert.Contains("age is missing.", Prompts[1].Messages[^1].Text, StringComparison.Ordinal);
        Assert.Equal(2, reply.Turn.Requests.Count);
        Assert.Equal(reply.Turn.Requests.Sum(usage => usage.InputTokens), reply.Usage!.InputTokens);
        Assert.Equal(["Who?", Good], conversation.Items.Select(item => item.Text));
        Script("Fine.");
        await Client.SendAsync(conversation, "And?");
        Assert.Equal(["Who?", Good, "And?"], Prompts[^1].Messages.Select(message => message.Text));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Two_answers_that_do_not_match_are_an_error_and_no_turn_is_added(QwenApi api, bool stream)
    {
        var conversation = New(api);
        Script("""{"name":1,"age":2}""", """{"name":"Ada","age":"x"}""");
        var failure = await Assert.ThrowsAsync<QwenException>(() => AskAsync(conversation, "Who?", stream));
        Assert.Equal(QwenErrorKind.SchemaMismatch, failure.Kind);
        Assert.Equal("The second answer does not match the schema either: age must be an integer, not \"x\".", failure.Message);
        Assert.Equal("""{"name":"Ada","age":"x"}""", failure.PartialReply!.Text);
        Assert.Null(failure.PartialReply.Value);
        Assert.Equal(0, conversation.TurnCount);
        Assert.Equal(2, Prompts.Count);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_value_that_the_caller_rejects_is_retried_once(QwenApi api, bool stream)
    {
        Script(Good, """{"name":"Eve","age":20}""");
        var (reply, _) = await AskAsync(New(api), "Who?", stream, draft =>
        {
            if (draft.Json!["age"]!.GetValue<int>() > 30)
                draft.Refuse("Too old.");
        });
        Assert.Equal("""{"name":"Eve","age":20}""", reply.Text);
        Assert.Contains("Too old.", Prompts[1].Messages[^1].Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_truncated_answer_is_not_retried(QwenApi api, bool stream)
    {
        Script(new QwenEmulatorReply("""{"name":"Ad""") { FinishReason = "length" });
        var failure = await Assert.ThrowsAsync<QwenException>(() => AskAsync(New(api), "Who?", stream));
        Assert.Equal(QwenErrorKind.SchemaMismatch, failure.Kind);
        Assert.StartsWith("The answer was truncated (finish reason '", failure.Message, StringComparison.Ordinal);
        Assert.Equal("""{"name":"Ad""", failure.PartialReply!.Text);
        Assert.Single(Prompts);
    }

    [Theory]
    [InlineData(null, "was truncated, so it does not match the schema.")]
    [InlineData("", "was truncated, so it does not match the schema.")]
    [InlineData("length", "was truncated (finish reason 'length'), so it does not match the schema.")]
    public void The_finish_reason_is_in_the_error_if_there_is_one(string? reason, string expected) => Assert.Equal(expected, AnswerRound.Truncation(reason));

    [Theory]
    [InlineData(QwenApi.ChatCompletions, "qwen3.7-plus", "json_schema")]
    [InlineData(QwenApi.ChatCompletions, "qwen3.6-plus", "json_object")]
    [InlineData(QwenApi.ChatCompletions, "some-other", "json_object")]
    [InlineData(QwenApi.DashScope, "qwen3.8-max", "json_schema")]
    [InlineData(QwenApi.DashScope, "qwen-plus", "json_object")]
    [InlineData(QwenApi.Responses, "qwen3.7-plus", null)]
    [InlineData(QwenApi.Conversations, "qwen3.6-plus", null)]
    public async Task Each_API_and_model_has_its_own_form_of_request(QwenApi api, string model, string? format)
    {
        var conversation = Client.NewConversation(api, new QwenOptions { Model = model, Instructions = "Be brief." });
        var request = new TurnRequest { Message = MessageDraft.OfText("user", "Who?"), Answer = s_person };
        var plan = await Client.PlanAsync(conversation, request, Notices, default);
        using var body = JsonDocument.Parse(plan.Body);
        var root = body.RootElement;
        var options = api == QwenApi.DashScope ? root.GetProperty("parameters") : root;
        Assert.False(options.TryGetProperty("max_tokens", out _) || options.TryGetProperty("max_completion_tokens", out _));
        Assert.Equal(format is not null, options.TryGetProperty("response_format", out var asked));
        Assert.Equal(format is null, options.TryGetProperty("tool_choice", out _));
        Assert.Equal(format == "json_object", plan.Body.Contains("this JSON Schema", StringComparison.Ordinal));
        if (format is null)
        {
            var tool = Assert.Single(root.GetProperty("tools").EnumerateArray());
            Assert.Equal("answer", tool.GetProperty("name").GetString());
            Assert.Equal(s_person.Text, tool.GetProperty("parameters").GetRawText());
            return;
        }
        Assert.Equal(format, asked.GetProperty("type").GetString());
        if (format == "json_schema")
        {
            Assert.Equal("answer", asked.GetProperty("json_schema").GetProperty("name").GetString());
            Assert.True(asked.GetProperty("json_schema").GetProperty("strict").GetBoolean());
            Assert.Equal(s_person.Text, asked.GetProperty("json_schema").GetProperty("schema").GetRawText());
        }
    }

    [Fact]
    public async Task The_schema_applies_to_the_answer_after_the_tool_calls()
    {
        var conversation = New(QwenApi.ChatCompletions);
        Script(Calling(("c1", "weather", """{"city":"Porto"}""")), """{"name":"Ada"}""", Good);
        var (reply, _) = await AskAsync(conversation, "Who?", false, request: Request("Who?"));
        Assert.Equal(Good, reply.Text);
        Assert.Equal("weather", Assert.Single(reply.ToolCalls).Name);
        Assert.Equal(3, Prompts.Count);
        Assert.Equal(["message", "message", "function_call_output", "message"], conversation.Items.Select(item => item.Type));
    }

    [Theory]
    [InlineData(QwenApi.Responses, "qwen3.7-plus", QwenThinking.On, false, "A call cannot be forced while the model thinks. Use -Api ChatCompletions")]
    [InlineData(QwenApi.Responses, "qwen3.7-max-preview", null, false, "A call cannot be forced while the model thinks. Use -Api ChatCompletions")]
    [InlineData(QwenApi.Conversations, "qwen3.7-plus", null, true, "cannot be combined with other tools or web search. Use -Api ChatCompletions")]
    public async Task Options_that_conflict_with_a_forced_call_are_rejected_before_any_request(
        QwenApi api, string model, QwenThinking? thinking, bool search, string reason)
    {
        var conversation = Client.NewConversation(api, new QwenOptions { Model = model, Thinking = thinking, Search = search ? true : null });
        var refused = await Assert.ThrowsAsync<QwenException>(() => AskAsync(conversation, "Who?", false));
        Assert.Equal(QwenErrorKind.InvalidRequest, refused.Kind);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Empty(Prompts);
    }

    private async Task<(QwenReply Reply, List<QwenReplyDelta> Deltas)> AskAsync(
        QwenConversation conversation, string message, bool stream, Action<AnswerDraft>? look = null, TurnRequest? request = null)
    {
        var turn = (request ?? new TurnRequest { Message = MessageDraft.OfText("user", message) }) with { Stream = stream, Answer = s_person };
        var deltas = new List<QwenReplyDelta>();
        await foreach (var delta in Client.RunAsync(conversation, turn, Notices, default))
        {
            delta.Run?.Answer([.. delta.Run.Calls.Select(call => call with { Result = Tool(call), Duration = TimeSpan.Zero })]);
            if (delta.Draft is { Finding: null } draft)
            {
                draft.Accept(draft.Json);
                look?.Invoke(draft);
            }
            deltas.Add(delta);
        }
        return (deltas[^1].Reply!, deltas);
    }
}
