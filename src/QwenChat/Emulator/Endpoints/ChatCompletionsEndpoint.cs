using System.Text.Json.Nodes;

namespace QwenChat.Emulator;

/// <summary>Chat Completions (qwen-api §4).</summary>
internal sealed class ChatCompletionsEndpoint(Generator generator)
{
    public async Task<Answer> CreateAsync(ApiCall call)
    {
        var request = ChatCompletionsRequest.Read(call);
        Generation generation;
        try
        {
            generation = await generator.GenerateAsync(request.Generation, call).ConfigureAwait(false);
        }
        catch (ContextLengthRefusal refusal)
        {
            throw ApiRefusal.ChatEngine(refusal.Text);
        }
        string id = "chatcmpl-" + call.RequestId;
        Answer answer = request.Streams
            ? new EventAnswer(Events(request, generation, id), EventFraming.Chat)
            : BodyAnswer.Json(200, Whole(generation, id, request.Generation.Thinking));
        if (call.Partial)
            answer.Headers.Add(new("x-dashscope-partialresponse", "true"));
        return answer;
    }

    private static JsonObject Whole(Generation generation, string id, bool thinks)
    {
        var message = new JsonObject { ["role"] = "assistant", ["content"] = generation.Text };
        if (thinks || generation.ThinkingPieces.Count > 0)
            message["reasoning_content"] = generation.Thinking;
        if (generation.ToolCalls.Count > 0)
            message["tool_calls"] = new JsonArray(generation.ToolCalls.Select((call, index) => (JsonNode)EmulatedToolCalls.Nested(call, index)).ToArray());
        return new JsonObject
        {
            ["choices"] = new JsonArray(new JsonObject { ["message"] = message, ["finish_reason"] = generation.FinishReason, ["index"] = 0, ["logprobs"] = null }),
            ["object"] = "chat.completion",
            ["usage"] = Usage(generation),
            ["created"] = generation.CreatedAt.ToUnixTimeSeconds(),
            ["system_fingerprint"] = null,
            ["model"] = generation.Model,
            ["id"] = id,
        };
    }

    private static IEnumerable<StreamEvent> Events(ChatCompletionsRequest request, Generation generation, string id)
    {
        bool thinks = request.Generation.Thinking || generation.ThinkingPieces.Count > 0;
        yield return Chunk(thinks
            ? new JsonObject { ["content"] = null, ["role"] = "assistant", ["reasoning_content"] = "" }
            : new JsonObject { ["content"] = "", ["role"] = "assistant" });
        foreach (string piece in generation.ThinkingPieces)
            yield return Chunk(new JsonObject { ["content"] = null, ["reasoning_content"] = piece });
        var text = new EventTemplate(piece => Delta(thinks ? new JsonObject { ["content"] = piece, ["reasoning_content"] = null } : new JsonObject { ["content"] = piece }, null));
        foreach (string piece in generation.TextPieces)
            yield return text.Of(piece);
        for (int i = 0; i < generation.ToolCalls.Count; i++)
        {
            foreach (var piece in EmulatedToolCalls.Pieces(generation.ToolCalls[i], i))
                yield return Chunk(new JsonObject { ["content"] = null, ["tool_calls"] = new JsonArray(piece) });
        }
        if (request.Speaks)
        {
            foreach (string piece in Speech.Pieces(generation))
            {
                yield return Chunk(new JsonObject
                {
                    ["audio"] = new JsonObject { ["data"] = piece, ["expires_at"] = generation.CreatedAt.ToUnixTimeSeconds(), ["id"] = "audio_" + id["chatcmpl-".Length..] },
                });
            }
        }
        if (generation.FinishReason is not null)
            yield return Chunk(thinks ? new JsonObject { ["content"] = "", ["reasoning_content"] = null } : new JsonObject { ["content"] = "" }, generation.FinishReason);
        if (request.IncludesUsage)
            yield return StreamEvent.Of(Frame(new JsonArray(), Usage(generation, request.Speaks)));
        yield return new StreamEvent("[DONE]"u8.ToArray());

        StreamEvent Chunk(JsonObject delta, string? finishReason = null) => StreamEvent.Of(Delta(delta, finishReason));

        JsonObject Delta(JsonObject delta, string? finishReason) =>
            Frame(new JsonArray(new JsonObject { ["delta"] = delta, ["index"] = 0, ["logprobs"] = null, ["finish_reason"] = finishReason }), null);

        JsonObject Frame(JsonArray choices, JsonObject? usage) => new()
        {
            ["choices"] = choices,
            ["object"] = "chat.completion.chunk",
            ["usage"] = usage,
            ["created"] = generation.CreatedAt.ToUnixTimeSeconds(),
            ["system_fingerprint"] = null,
            ["model"] = generation.Model,
            ["id"] = id,
        };
    }

    private static JsonObject Usage(Generation generation, bool speaks = false)
    {
        int audio = speaks ? Speech.Tokens(generation) : 0;
        var usage = new JsonObject
        {
            ["prompt_tokens"] = generation.InputTokens,
            ["completion_tokens"] = generation.OutputTokens + audio,
            ["total_tokens"] = generation.TotalTokens + audio,
        };
        if (speaks)
            usage["completion_tokens_details"] = new JsonObject { ["audio_tokens"] = audio, ["text_tokens"] = generation.OutputTokens };
        else if (generation.ReasoningTokens > 0)
            usage["completion_tokens_details"] = new JsonObject { ["reasoning_tokens"] = generation.ReasoningTokens, ["text_tokens"] = generation.OutputTokens };
        usage["prompt_tokens_details"] = CacheUsage.Of(generation);
        return usage;
    }
}
