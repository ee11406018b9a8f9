using System.Text.Json;
using System.Text.Json.Nodes;
using QwenChat.Model;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.Faults;

/// <summary>
/// Tests servers that no longer have the previous response, or that ignore its id. The history must be sent again, whatever the error message is.
/// </summary>
public class ForgottenResponseTests
{
    private readonly List<JsonNode> _requests = [];
    private readonly List<string> _warnings = [];

    public static TheoryData<int, string> Refusals => new()
    {
        { 400, """{"error":{"message":"Previous response with id 'resp_1' not found.","""
            + """ "param":"previous_response_id","code":"previous_response_not_found"}}""" },
        { 404, """{"error":{"message":"The earlier answer is unknown here.","code":"previous_response_not_found"}}""" },
        { 404, """{"error":{"message":"Gone with the restart.","code":404}}""" },
        { 404, "Not Found" },
        { 410, """{"detail":"Gone"}""" },
        { 400, """{"error":{"message":"Unbekannte Antwort","param":"previous_response_id"}}""" },
        { 422, """{"detail":"resp_1 is not a known response"}""" },
        { 501, """{"error":{"message":"State is not implemented.","code":501}}""" },
        { 400, """{"request_id":"r","code":"InvalidParameter","message":"Not found previous_response_id: resp_1"}""" },
        { 200, """{"id":"resp_2","status":"failed","error":{"code":"previous_response_not_found","message":"Unknown."}}""" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task The_history_is_sent_again_if_the_server_does_not_know_the_response(int status, string body)
    {
        foreach (bool stream in (bool[])[false, true])
        {
            _requests.Clear();
            var conversation =
                await FirstAsync(request => request["previous_response_id"] is null ? Good(request) : ScriptedService.Answer(body, status), stream);
            var reply = await SendAsync(conversation, "What is my name?", stream);
            Assert.Equal(("inputs: 3", QwenReplyState.Completed, 2), (reply.Text, reply.State, conversation.Path.Count));
            Assert.Equal([null, "resp_1", null], _requests.Select(request => (string?)request["previous_response_id"]));
            Assert.Equal(["user", "assistant", "user"], _requests[2]["input"]!.AsArray().Select(item => (string)item!["role"]!));
            Assert.True(reply.Context.Rebuilt);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("resp_9")]
    public async Task An_answer_that_continues_another_response_is_requested_again(string? echo)
    {
        foreach (bool stream in (bool[])[false, true])
        {
            _requests.Clear();
            _warnings.Clear();
            var conversation = await FirstAsync(request => Good(request, echo: true, echo), stream);
            Assert.Equal("inputs: 3", (await SendAsync(conversation, "Second", stream)).Text);
            Assert.Equal("inputs: 5", (await SendAsync(conversation, "Third", stream)).Text);
            Assert.Equal([null, "resp_1", null, null], _requests.Select(request => (string?)request["previous_response_id"]));
            Assert.Contains(_warnings, warning => warning.Contains("-Stateless", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task An_echoed_id_or_no_id_is_accepted()
    {
        foreach (bool echoes in (bool[])[true, false])
        {
            _requests.Clear();
            var conversation = await FirstAsync(request => Good(request, echoes, (string?)request["previous_response_id"]), stream: true);
            Assert.Equal("inputs: 1", (await SendAsync(conversation, "Second", stream: true)).Text);
            Assert.Equal([null, "resp_1"], _requests.Select(request => (string?)request["previous_response_id"]));
            Assert.Empty(_warnings);
        }
    }

    [Fact]
    public async Task A_server_that_never_knows_the_response_is_not_asked_again()
    {
        var conversation =
            await FirstAsync(request => request["previous_response_id"] is null ? Good(request) : ScriptedService.Answer("Not Found", 404), stream: false);
        foreach (string message in (string[])["Second", "Third", "Fourth"])
            await SendAsync(conversation, message, stream: false);
        Assert.Equal([null, "resp_1", null, "resp_3", null, null], _requests.Select(request => (string?)request["previous_response_id"]));
        Assert.Contains(_warnings, warning => warning.Contains("-Stateless", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(501, """{"error":{"message":"`store=True` (default) is not supported.","code":501}}""")]
    [InlineData(400, """{"error":{"message":"store must be false","param":"store"}}""")]
    public async Task The_error_of_a_server_that_stores_nothing_has_advice(int status, string body)
    {
        var failure = await Assert.ThrowsAsync<QwenException>(() => FirstAsync(_ => ScriptedService.Answer(body, status), stream: false));
        Assert.Equal((QwenErrorKind.InvalidRequest, status), (failure.Kind, failure.Status));
        Assert.Contains("New-QwenConversation -Stateless", failure.Message, StringComparison.Ordinal);
        Assert.Single(_requests);
    }

    [Theory]
    [InlineData(401, """{"error":{"message":"Wrong key for resp_1"}}""", QwenErrorKind.AuthenticationFailed)]
    [InlineData(404, """{"error":{"message":"The model `m` does not exist","code":"model_not_found"}}""", QwenErrorKind.ModelNotFound)]
    [InlineData(400, """{"error":{"message":"temperature is too high","param":"temperature"}}""", QwenErrorKind.InvalidRequest)]
    public async Task Another_failure_does_not_cause_a_rebuild(int status, string body, QwenErrorKind kind)
    {
        var conversation =
            await FirstAsync(request => request["previous_response_id"] is null ? Good(request) : ScriptedService.Answer(body, status), stream: false);
        var failure = await Assert.ThrowsAsync<QwenException>(() => SendAsync(conversation, "Second", stream: false));
        Assert.Equal((kind, 2, 1), (failure.Kind, _requests.Count, conversation.Path.Count));
    }

    private QwenClient? _client;

    private async Task<QwenConversation> FirstAsync(Func<JsonNode, HttpResponseMessage> answer, bool stream)
    {
        var connection = new QwenConnection { CompatibleUri = new Uri("http://localhost:8000/v1"), MaximumRetryCount = 0 };
        var transport = new ScriptedService(request =>
        {
            var body = JsonNode.Parse(request.Content!.ReadAsStringAsync().GetAwaiter().GetResult())!;
            _requests.Add(body);
            return answer(body);
        }).Over(connection);
        _client = new QwenClient(connection, TimeProvider.System, _ => transport);
        var conversation = _client.NewConversation(QwenApi.Responses, new QwenOptions { Model = "m" });
        await SendAsync(conversation, "My name is Ada.", stream);
        return conversation;
    }

    private async Task<QwenReply> SendAsync(QwenConversation conversation, string message, bool stream)
    {
        var notices = new NoticeQueue();
        QwenReply? reply = null;
        var turn = new QwenChat.Turn.TurnRequest { Message = MessageDraft.OfText("user", message), Stream = stream };
        await foreach (var delta in _client!.RunAsync(conversation, turn, notices, default))
            reply = delta.Reply ?? reply;
        while (notices.TryTake(out var notice))
        {
            if (notice.Level == NoticeLevel.Warning)
                _warnings.Add(notice.Text);
        }
        return reply!;
    }

    /// <summary>Returns an answer whose text is the number of input items.</summary>
    private HttpResponseMessage Good(JsonNode request, bool echo = false, string? previousId = null)
    {
        var response = new JsonObject { ["id"] = $"resp_{_requests.Count}", ["object"] = "response", ["created_at"] = 1900000000, ["model"] = "m",
            ["status"] = "completed" };
        if (echo)
            response["previous_response_id"] = previousId;
        var output = new JsonArray(new JsonObject
        {
            ["type"] = "message", ["id"] = "msg_1", ["role"] = "assistant",
            ["content"] = new JsonArray(new JsonObject { ["type"] = "output_text", ["text"] = $"inputs: {request["input"]!.AsArray().Count}" }),
        });
        if (request["stream"] is null)
        {
            response["output"] = output;
            return ScriptedService.Answer(response.ToJsonString());
        }
        var begun = response.DeepClone();
        begun["status"] = "in_progress";
        response["output"] = output;
        return ScriptedService.Answer($"data: {Event("created", begun)}\n\ndata: {Event("completed", response)}\n\n", type: "text/event-stream");
    }

    private static string Event(string type, JsonNode response) => JsonSerializer.Serialize(new { type = "response." + type, response });
}
