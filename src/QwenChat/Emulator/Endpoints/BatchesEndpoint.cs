using System.Text.Json;
using System.Text.Json.Nodes;
using QwenChat.Emulator.Batches;
using QwenChat.Emulator.Http;

namespace QwenChat.Emulator.Endpoints;

/// <summary>The Batch API, which is compatible with OpenAI's API (wire §11.2).</summary>
internal sealed class BatchesEndpoint(QwenEmulatorOptions options, EmulatorClock clock, FileStore files, ChatCompletionsEndpoint chat,
    EmbeddingsEndpoint embeddings)
{
    private const int UsualListed = 20, MostListed = 100, MostInputFiles = 20;

    /// <summary>The time for which a batch can be retrieved after its creation (wire §11.2).</summary>
    private static readonly TimeSpan s_kept = TimeSpan.FromDays(30);

    private readonly List<EmulatedBatch> _batches = [];

    public Task<EmulatedAnswer> CreateAsync(ApiCall call)
    {
        JsonElement body;
        try
        {
            body = call.ReadBody();
        }
        catch (JsonException)
        {
            throw ApiRefusal.ChatParameter("Required body invalid, please check the request body format.");
        }
        string id = body.Text("input_file_id") ?? throw ApiRefusal.ChatParameter("Required parameter 'input_file_id' missing from request.");
        string endpoint = body.Text("endpoint") ?? throw ApiRefusal.ChatParameter("Required parameter 'endpoint' missing from request.");
        if (endpoint is not ("/v1/chat/completions" or "/v1/embeddings" or BatchInputFile.TestEndpoint))
            throw ApiRefusal.ChatParameter($"Invalid 'endpoint': the provided url '{endpoint}' is not supported by the Batch API.");
        var input = files.Find(id) is { Purpose: FilePurpose.Batch } found ? found
            : throw ApiRefusal.ChatParameter($"Invalid 'input_file_id': there is no file '{id}' with the purpose 'batch'.");
        string? window = body.Text("completion_window");
        var batch = new EmulatedBatch(new BatchOrder(input, endpoint, () => Read(endpoint, input, call.Models))
        {
            WindowText = window!,
            Window = BatchOrder.ReadWindow(window),
            Duration = options.BatchDuration,
            CreatedAt = clock.Now,
            Metadata = BatchOrder.ReadMetadata(body.Get("metadata")),
        }, line => RunAsync(endpoint, line, call), files);
        lock (_batches)
            _batches.Add(batch);
        return Task.FromResult<EmulatedAnswer>(BodyAnswer.Json(200, batch.ToJson()));
    }

    public async Task<EmulatedAnswer> RetrieveAsync(string id)
    {
        var batch = await GetAsync(id).ConfigureAwait(false);
        return BodyAnswer.Json(200, batch.ToJson());
    }

    public async Task<EmulatedAnswer> CancelAsync(string id)
    {
        var batch = await GetAsync(id).ConfigureAwait(false);
        await batch.CancelAsync(clock.Now).ConfigureAwait(false);
        return BodyAnswer.Json(200, batch.ToJson());
    }

    public async Task<EmulatedAnswer> ListAsync(ApiCall call)
    {
        var all = Kept();
        foreach (var batch in all)
            await batch.AdvanceAsync(clock.Now).ConfigureAwait(false);
        string? name = Query("ds_name");
        string[]? inputs = Query("input_file_ids")?.Split(','), states = Query("status")?.Split(',');
        if (inputs?.Length > MostInputFiles)
            throw ApiRefusal.ChatParameter($"Invalid 'input_file_ids': at most {MostInputFiles} ids are allowed.");
        var found = all.Where(batch => (name is null || batch.Order.Name?.Contains(name, StringComparison.Ordinal) == true)
            && (inputs is null || inputs.Contains(batch.Order.Input.Id)) && (states is null || states.Contains(batch.Status))).ToArray();
        var page = EmulatedPage<EmulatedBatch>.Of(found, batch => batch.Id, batch => batch.CreatedAt, call.Request, UsualListed, MostListed);
        return BodyAnswer.Json(200, new JsonObject
        {
            ["object"] = "list",
            // In the recordings, "data" is null instead of an empty list if no batches match (wire §11.2).
            ["data"] = page.Items.Count == 0 ? null : new JsonArray(page.Items.Select(batch => (JsonNode)batch.ToJson()).ToArray()),
            ["first_id"] = page.Items.Count == 0 ? null : page.Items[0].Id,
            ["last_id"] = page.Items.Count == 0 ? null : page.Items[^1].Id,
            ["has_more"] = page.HasMore,
        });

        string? Query(string parameter) => call.Request.QueryValue(parameter) is { Length: > 0 } value ? value : null;
    }

    private async Task<EmulatedBatch> GetAsync(string id)
    {
        // The status and message of this error are assumed [A26].
        var batch = Array.Find(Kept(), one => one.Id == id) ?? throw new ApiRefusal(404, "not_found", $"No batch found with id '{id}'.");
        await batch.AdvanceAsync(clock.Now).ConfigureAwait(false);
        return batch;
    }

    /// <summary>Returns the batches that are still stored, newest first.</summary>
    private EmulatedBatch[] Kept()
    {
        lock (_batches)
            return Enumerable.Reverse(_batches).Where(batch => clock.Now - batch.CreatedAt <= s_kept).ToArray();
    }

    private static BatchInputFile Read(string endpoint, EmulatedFile input, EmulatedModels models)
    {
        var file = new BatchInputFile(endpoint, models);
        file.Read(input.Content);
        return file;
    }

    private async Task RunAsync(string endpoint, BatchLine line, ApiCall created)
    {
        string requestId = Guid.NewGuid().ToString();
        var request = new HttpRequest("POST", "/compatible-mode" + endpoint, "", [], line.Body, true);
        var call = new ApiCall(request, requestId, created.Models, CancellationToken.None) { IsOfBatch = true };
        var (status, body) = await AnswerAsync(endpoint, call).ConfigureAwait(false);
        line.HasFailed = status != 200;
        // The error file's line format has not been recorded. It is assumed to be that of the output file [A26].
        line.Result = EmulatorJson.ToBytes(new JsonObject
        {
            ["id"] = requestId,
            ["custom_id"] = line.CustomId,
            ["response"] = new JsonObject { ["status_code"] = status, ["request_id"] = requestId, ["body"] = body },
            ["error"] = null,
        });
    }

    private async Task<(int Status, JsonNode Body)> AnswerAsync(string endpoint, ApiCall call)
    {
        try
        {
            if (endpoint == BatchInputFile.TestEndpoint)
                return (200, TestAnswer(call));
            if (call.ReadBody().Flag("stream") == true)
                throw ApiRefusal.ChatParameter("Streaming is not supported by the Batch API.");
            var answer = (BodyAnswer)await (endpoint == "/v1/embeddings" ? embeddings.CreateAsync(call) : chat.CreateAsync(call)).ConfigureAwait(false);
            return (answer.Status, JsonNode.Parse(answer.Body)!);
        }
        catch (ApiRefusal refusal)
        {
            return (refusal.Status, ErrorWriter.Of(refusal, ErrorForm.Nested, call.RequestId));
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return (500, ErrorWriter.Of(new ApiRefusal(500, "InternalError", failure.Message), ErrorForm.Nested, call.RequestId));
        }
    }

    /// <summary>Returns the answer of the test model, which does not run inference. The text is assumed [A26].</summary>
    private JsonObject TestAnswer(ApiCall call) => new()
    {
        ["created"] = clock.Now.ToUnixTimeSeconds(),
        ["usage"] = new JsonObject { ["completion_tokens"] = 20, ["prompt_tokens"] = 20, ["total_tokens"] = 40 },
        ["model"] = "batch-test-model",
        ["id"] = "chatcmpl-" + call.RequestId,
        ["choices"] = new JsonArray(new JsonObject
        {
            ["finish_reason"] = "stop",
            ["index"] = 0,
            ["message"] = new JsonObject { ["content"] = "This is a test result.", ["role"] = "assistant" },
        }),
        ["object"] = "chat.completion",
    };
}
