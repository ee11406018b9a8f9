using System.Security;
using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Protocols.Messages;
using QwenChat.Turn;
using QwenChat.Turn.Recovery;
using Xunit;

namespace QwenChat.Tests.Turn;

/// <summary>Tests each recovery alone: when it applies, and how it changes the plan.</summary>
public class TurnRecoveryTests
{
    private static readonly QwenException s_tooLong = new(QwenErrorKind.ContextLengthExceeded, "Range of input length should be [1, 1000]") { Status = 400 };

    private readonly NoticeQueue _notices = new();

    [Fact]
    public async Task The_first_applicable_recovery_is_used()
    {
        var planned = Plan(Make(QwenApi.ChatCompletions));
        Assert.Equal(planned with { Stream = true }, await TurnRecoveries.TryAsync(Failure("This model only support stream mode"), planned, default));
        Assert.Null(await TurnRecoveries.TryAsync(Failure("Something else"), planned, default));
    }

    [Fact]
    public async Task The_other_native_endpoint_is_tried_once()
    {
        // The model has a unique name, because facts that are learned about a model apply to the whole process.
        string model = "qwen-endpoint-" + Guid.NewGuid();
        bool before = NativeEndpoint.IsMultimodal(model);
        var failure = Failure("url error, please check url!");
        var planned = Plan(Make(QwenApi.DashScope, model));
        var changed = planned with { HasChangedEndpoint = true };
        Assert.Equal(changed, await new ChangeEndpoint().TryAsync(failure, planned, default));
        Assert.Equal(!before, NativeEndpoint.IsMultimodal(model));
        Assert.Null(await new ChangeEndpoint().TryAsync(failure, changed, default));
        Assert.Null(await new ChangeEndpoint().TryAsync(Failure("Something else"), planned, default));
        Assert.Null(await new ChangeEndpoint().TryAsync(failure, Plan(Make(QwenApi.ChatCompletions)), default));
        Assert.Contains("is not available at this endpoint", Assert.Single(Notices()).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_are_uploaded_again_at_most_once()
    {
        var lost = Failure("<400> Failed to download multimodal content");
        var request = new TurnRequest
        {
            ResolveAddresses = (_, _, _, _, _) => Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string>()),
        };
        var planned = Plan(Make(QwenApi.ChatCompletions), request);
        Assert.Null(await new UploadAgain().TryAsync(lost, planned, default));
        planned = planned with { Files = new ResolvedFiles(planned.Plan.Path, planned.Prepared.Input, ReferToStore: true) };
        Assert.Equal(planned with { UploadsAgain = true }, await new UploadAgain().TryAsync(lost, planned, default));
        Assert.Null(await new UploadAgain().TryAsync(lost, planned with { UploadsAgain = true }, default));
        Assert.Null(await new UploadAgain().TryAsync(Failure("Something else"), planned, default));
        Assert.Null(await new UploadAgain().TryAsync(lost, Plan(Make(QwenApi.ChatCompletions)) with { Files = planned.Files }, default));
        Assert.Contains("Uploading it again", Assert.Single(Notices()).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("This model only support stream mode")]
    [InlineData("parameter.enable_thinking must be set to false for non-streaming calls")]
    public async Task A_stream_is_requested_if_the_model_requires_it(string message)
    {
        var planned = Plan(Make(QwenApi.ChatCompletions));
        Assert.False(planned.Stream);
        Assert.Equal(planned with { Stream = true }, await new AskForStream().TryAsync(Failure(message), planned, default));
        Assert.Null(await new AskForStream().TryAsync(Failure(message), planned with { Stream = true }, default));
        Assert.Null(await new AskForStream().TryAsync(Failure("Something else"), planned, default));
        Assert.Contains("only supports streaming", Assert.Single(Notices()).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, 500)]
    [InlineData(8000, 9000)]
    public async Task The_thinking_budget_is_lowered_for_the_conversation_unless_the_turn_set_it(int? ofTurn, int ofConversation)
    {
        var refused = Failure("The thinking_budget parameter must be a positive integer and not greater than 500");
        var conversation = Make(QwenApi.ChatCompletions);
        conversation.Options = conversation.Options with { ThinkingBudget = 9000 };
        var planned = Plan(conversation, new TurnRequest { Options = new QwenOptions { ThinkingBudget = ofTurn } });
        var expected = planned with { Prepared = planned.Prepared with { Options = planned.Prepared.Options with { ThinkingBudget = 500 } } };
        Assert.Equal(expected, await new LowerThinkingBudget().TryAsync(refused, planned, default));
        Assert.Equal(ofConversation, conversation.Options.ThinkingBudget);
        Assert.Null(await new LowerThinkingBudget().TryAsync(refused, expected, default));
        Assert.Null(await new LowerThinkingBudget().TryAsync(Failure("Something else"), planned, default));
        Assert.Contains("is lowered to this maximum", Assert.Single(Notices()).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_is_too_long_is_retried_with_fewer_turns_at_most_twice()
    {
        var conversation = WithTurns(QwenApi.ChatCompletions, 6);
        conversation.ContextPolicy = new QwenContextPolicy { KeepTurns = 6 };
        var planned = Plan(conversation);
        var shorter = Assert.IsType<PlannedTurn>(await new ShortenContext().TryAsync(s_tooLong, planned, default));
        Assert.Equal(900, shorter.Plan.Selection.AtMost);
        Assert.InRange(shorter.Plan.Selection.First, 1, 6);
        Assert.Equal(shorter.Plan.Selection.First, shorter.Plan.Sent.From);
        Assert.InRange(shorter.EstimateInput(), 300, 900);
        Assert.Equal(planned with { Plan = shorter.Plan }, shorter);
        Assert.Equal(1000, conversation.InputLimit!.Tokens);
        var shortest = Assert.IsType<PlannedTurn>(await new ShortenContext().TryAsync(s_tooLong, shorter, default));
        Assert.Equal(shorter.EstimateInput() / 2.0, shortest.Plan.Selection.AtMost);
        Assert.True(shortest.Plan.Selection.First > shorter.Plan.Selection.First);
        Assert.Null(await new ShortenContext().TryAsync(s_tooLong, shortest, default));
        Assert.Null(await new ShortenContext().TryAsync(Failure("Something else"), planned, default));
        Assert.Contains("sent again with fewer turns", Notices()[0].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_request_that_cannot_be_shortened_keeps_its_error(bool hasPolicy)
    {
        var conversation = Make(QwenApi.ChatCompletions);
        conversation.ContextPolicy = hasPolicy ? new QwenContextPolicy { KeepTurns = 6 } : null;
        Assert.Null(await new ShortenContext().TryAsync(s_tooLong, Plan(conversation), default));
        Assert.Empty(Notices());
    }

    [Fact]
    public async Task A_chain_that_the_service_no_longer_has_is_sent_completely()
    {
        var planned = Plan(WithTurns(QwenApi.Responses, 2));
        Assert.Equal(("resp_2", 2, false), (planned.Plan.Anchor!.ResponseId, planned.Plan.Sent.From, planned.Plan.Lost));
        var forgotten = new QwenException(QwenErrorKind.NotFound, "Not found previous_response_id: resp_2") { Status = 404 };
        var whole = planned with { Plan = planned.Plan with { Anchor = null, Sent = new HistorySlice(planned.Plan.Path, 0), Lost = true } };
        Assert.Equal(whole, await new AskHistory().TryAsync(forgotten, planned, default));
        Assert.Null(await new AskHistory().TryAsync(forgotten, whole, default));
        Assert.Single(Notices(), notice => notice.Text.Contains("sending 2 turns again", StringComparison.Ordinal));
    }

    private static QwenException Failure(string message) => new(QwenErrorKind.InvalidRequest, message) { Status = 400 };

    private static QwenConversation Make(QwenApi api, string model = "qwen-plus") =>
        new(api, QwenConnection.To(new Uri("https://dashscope-intl.aliyuncs.com"), new SecureString()), new QwenOptions { Model = model });

    private static QwenConversation WithTurns(QwenApi api, int count)
    {
        var conversation = Make(api);
        var protocol = ChatProtocol.For(api, "qwen-plus");
        string words = string.Concat(Enumerable.Repeat("some words ", 100));
        for (int number = 1; number <= count; number++)
        {
            QwenItem[] items = [.. protocol.WriteMessage(MessageDraft.OfText("user", words), default),
                .. protocol.WriteMessage(MessageDraft.OfText("assistant", words), default)];
            conversation.Append(new QwenTurn(number, items, 1)
            {
                Server = api == QwenApi.Responses
                    ? new ServerState($"resp_{number}", conversation.Connection.Address, DateTimeOffset.UtcNow.AddDays(5)) : null,
            }, 0);
        }
        return conversation;
    }

    private PlannedTurn Plan(QwenConversation conversation, TurnRequest? request = null)
    {
        var transport = new Transport(conversation.Connection, new HttpClientHandler(), TimeProvider.System, new Random(1));
        request = (request ?? new TurnRequest()) with { Message = MessageDraft.OfText("user", "Hi") };
        return new TurnPreparation((_, _, _, _) => throw new InvalidOperationException("No other turn is run."))
            .Prepare(new TurnScope(conversation, request, _ => transport, TimeProvider.System, _notices));
    }

    private List<Notice> Notices()
    {
        var notices = new List<Notice>();
        while (_notices.TryTake(out var notice))
            notices.Add(notice);
        return notices;
    }
}
