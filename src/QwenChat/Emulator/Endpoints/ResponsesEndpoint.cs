using System.Text.Json.Nodes;
using QwenChat.Emulator.ServiceTools;

namespace QwenChat.Emulator.Endpoints;

/// <summary>The Responses API (wire §2).</summary>
internal sealed class ResponsesEndpoint(Generator generator, EmulatorClock clock, ResponseStore responses, ConversationStore conversations,
    IReadOnlyList<string> knowledgeBases)
{
    /// <summary>The number of tokens in the system prompt that this API adds (wire §2.3: even trivial prompts cost at least 34 tokens).</summary>
    private const int BuiltInTokens = 30;
    private const string FunctionCall = "function_call";
    private const string FunctionCallOutput = "function_call_output";

    private readonly ServiceToolReader _serviceTools = new(knowledgeBases);

    public async Task<EmulatedAnswer> CreateAsync(ApiCall call)
    {
        try
        {
            return await AnswerAsync(ResponsesRequest.Read(call), call).ConfigureAwait(false);
        }
        catch (ApiRefusal refusal) when (refusal.Status == 400 && ResponsesRequest.Peek(call.Request.Body) is { Streams: true, Model: var model })
        {
            // If the request specifies streaming, errors are also streamed. This is recorded for an unknown model (wire §2.6), and assumed for other
            // errors [A13].
            var head = new ResponseHead(NewResponseId(), clock.Now, model);
            return new EventAnswer([StreamEvent.Of(ResponseEvents.Failed(head, 0, refusal), ResponseEvents.FailedType)], EventFraming.Responses(head));
        }
    }

    /// <summary>Returns the response as a single body. Query parameters are not documented, so <c>stream</c> is assumed to be ignored [A5].</summary>
    public Task<EmulatedAnswer> RetrieveAsync(string id) =>
        Task.FromResult<EmulatedAnswer>(BodyAnswer.Json(200, (responses.Find(id) ?? throw NotFound(id, nested: true)).Body));

    public Task<EmulatedAnswer> DeleteAsync(string id) => responses.Remove(id)
        ? Task.FromResult<EmulatedAnswer>(BodyAnswer.Json(200, new JsonObject { ["deleted"] = true, ["id"] = id }))
        : throw NotFound(id, nested: true);

    /// <summary>
    /// Returns the input of a response, including the earlier turns of its chain. Thinking is omitted, because it is assumed not to be input [A14].
    /// </summary>
    public Task<EmulatedAnswer> ListInputItemsAsync(string id, ApiCall call)
    {
        var response = responses.Find(id) ?? throw NotFound(id, nested: false);
        var items = (response.Previous?.Chain() ?? []).Concat(response.Input).Where(item => item.Message is not null).ToArray();
        var json = EmulatedItemPage.Of(items, call.Request).ToJson();
        json["created_at"] = response.CreatedAt.ToUnixTimeMilliseconds();
        json["id"] = id;
        json["model"] = response.Model;
        if (response.Previous is not null)
            json["previous_response_id"] = response.Previous.Id;
        return Task.FromResult<EmulatedAnswer>(BodyAnswer.Json(200, json));
    }

    private async Task<EmulatedAnswer> AnswerAsync(ResponsesRequest request, ApiCall call)
    {
        var now = clock.Now;
        var input = EmulatedItem.ReadInput(request.Body.Get("input"), now);
        var conversation = request.ConversationId is { } conversationId ? conversations.Get(conversationId) : null;
        var previous = request.PreviousResponseId is { } previousId
            ? responses.Find(previousId) ?? throw ApiRefusal.Parameter($"Not found previous_response_id: {previousId}")
            : null;
        IReadOnlyList<EmulatedItem> history = conversation is not null ? conversation.Items : previous?.Chain() ?? [];
        CheckToolCalls(history, input);
        var generation = await generator.GenerateAsync(new GenerationRequest
        {
            Api = conversation is null ? "Responses" : "Conversations",
            Model = request.Model,
            Instructions = request.Instructions,
            Messages = history.Concat(input).Where(item => item.Message is not null).Select(item => WithFiles(item.Message!, request.Model)).ToArray(),
            Thinking = request.Thinks,
            // In older models, max_output_tokens limits only the answer; in qwen3.8, it limits thinking and answer together (wire §2.3).
            MaximumAnswerTokens = request.Model.PreservesThinking ? null : request.Body.Integer("max_output_tokens"),
            MaximumTokens = request.Model.PreservesThinking ? request.Body.Integer("max_output_tokens") : null,
            BuiltInTokens = BuiltInTokens,
            Truncates = true,
            ToolUse = request.ToolUse,
            ServiceTools = _serviceTools.ReadFlat(request.Body, request.Model, request.Thinks,
                hasImage: input.Exists(item => item.Message is { Role: "user", Media.Count: > 0 })),
            CachesSession = string.Equals(call.Request.Header("x-dashscope-session-cache"), "enable", StringComparison.OrdinalIgnoreCase),
        }, call).ConfigureAwait(false);

        var head = new ResponseHead(NewResponseId(), generation.CreatedAt, generation.Model);
        var output = ResponseOutput.Of(generation);
        EmulatedAnswer answer;
        if (request.Streams)
        {
            answer = new EventAnswer(ResponseEvents.Of(head, request, generation, output, () => Keep(call.Gone)), EventFraming.Responses(head));
        }
        else
        {
            Keep(call.Gone);
            answer = BodyAnswer.Json(200, ResponseBody.Whole(head, request, generation, output, clock.Now, metadata: true));
        }
        if (call.Partial)
            answer.Headers.Add(new("x-dashscope-partialresponse", "true"));
        return answer;

        // A response that the client aborted is assumed not to be stored [A15], because the service stores a response when it is complete (wire §2.3).
        void Keep(CancellationToken gone)
        {
            gone.ThrowIfCancellationRequested();
            // All output is appended to the conversation, as documented. The output is assumed to include thinking [A14].
            conversation?.Add(input.Concat(output));
            if (!request.Stores)
                return;
            responses.Add(new EmulatedResponse(head.Id, generation.Model, generation.CreatedAt,
                ResponseBody.Whole(head, request, generation, output, clock.Now, metadata: false))
            {
                Previous = previous,
                Input = conversation is null ? input : conversation.Items.SkipLast(output.Count).ToArray(),
                Output = output,
            });
        }
    }

    /// <summary>
    /// Checks that every result has a call, and that every call has a result. A result in the same input as its call must directly follow the call
    /// (wire §14.4). The error messages, and the check of calls in the history, are assumed [A4].
    /// </summary>
    private static void CheckToolCalls(IReadOnlyList<EmulatedItem> history, List<EmulatedItem> input)
    {
        var known = history.Where(item => item.Type == FunctionCall).Select(item => item.CallId).ToHashSet();
        var open = known.Except(history.Where(item => item.Type == FunctionCallOutput).Select(item => item.CallId)).ToHashSet();
        for (int i = 0; i < input.Count; i++)
        {
            var item = input[i];
            if (item.Type == FunctionCall)
            {
                open.Add(item.CallId);
            }
            else if (item.Type == FunctionCallOutput)
            {
                bool answersPrevious = i > 0 && input[i - 1] is { Type: FunctionCall } previous && previous.CallId == item.CallId;
                if (!answersPrevious && !known.Contains(item.CallId))
                    throw ApiRefusal.Parameter($"No tool call found for function call output with call_id {item.CallId}.");
                open.Remove(item.CallId);
            }
        }
        if (open.Count > 0)
            throw ApiRefusal.Parameter($"No tool output found for function call {open.First()}.");
    }

    /// <summary>Converts files to media if the model reads files. Otherwise, omits the files without an error (wire §17).</summary>
    private static PromptMessage WithFiles(PromptMessage message, EmulatedModel model) => message.Documents.Count == 0 ? message : message with
    {
        Documents = [],
        Media = model.ReadsFiles ? [.. message.Media, .. message.Documents.Select(document => document.Address)] : message.Media,
    };

    private static string NewResponseId() => "resp_" + Guid.NewGuid();

    /// <summary>
    /// Returns the error for an unknown id. Its envelope is nested for retrieving and deleting, and flat for listing input items (wire §2.8). The
    /// status 400 is assumed, because other errors with this code have that status [A11].
    /// </summary>
    private static ApiRefusal NotFound(string id, bool nested) =>
        new(400, "InvalidParameter", $"Response with id '{id}' not found.") { MessageAndTypeOnly = nested };
}
