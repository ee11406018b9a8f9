using System.Text.Json.Nodes;
using QwenChat.Emulator.Tools;

namespace QwenChat.Emulator.Endpoints;

/// <summary>The Chat Completions API (wire §4).</summary>
internal sealed class ChatCompletionsEndpoint(Generator generator)
{
    public async Task<EmulatedAnswer> CreateAsync(ApiCall call)
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
        EmulatedAnswer answer = request.Streams
            ? new EventAnswer(Events(request, generation, id), EventFraming.Chat)
            : BodyAnswer.Json(200, Whole(generation, id, request.Generation.Thinking, request.CountsTools));
        if (call.Partial)
            answer.Headers.Add(new("x-dashscope-partialresponse", "true"));
        return answer;
    }

    private static JsonObject Whole(Generation generation, string id, bool thinks, bool countsTools)
    {
        var message = new JsonObject { ["role"] = "assistant", ["content"] = generation.Text };
        if (thinks || generation.ThinkingPieces.Count > 0)
            message["reasoning_content"] = generation.Thinking;
        if (generation.ToolCalls.Count > 0)
            message["tool_calls"] = new JsonArray(generation.ToolCalls.Select((call, index) => (JsonNode)EmulatedToolCalls.Nested(call, index)).ToArray());
        var choices = new JsonArray(Choice(message, generation.FinishReason, 0));
        foreach (var more in generation.MoreChoices)
            choices.Add(Choice(new JsonObject { ["role"] = "assistant", ["content"] = more.Text }, more.FinishReason, choices.Count));
        return new JsonObject
        {
            ["choices"] = choices,
            ["object"] = "chat.completion",
            ["usage"] = Usage(generation, countsTools: countsTools),
            ["created"] = generation.CreatedAt.ToUnixTimeSeconds(),
            ["system_fingerprint"] = null,
            ["model"] = generation.Model,
            ["id"] = id,
        };
    }

    private static JsonObject Choice(JsonObject message, string? finishReason, int index) =>
        new() { ["message"] = message, ["finish_reason"] = finishReason, ["index"] = index, ["logprobs"] = null };

    private static IEnumerable<StreamEvent> Events(ChatCompletionsRequest request, Generation generation, string id)
    {
        bool thinks = request.Generation.Thinking || generation.ThinkingPieces.Count > 0;
        yield return Chunk(thinks
            ? new JsonObject { ["content"] = null, ["role"] = "assistant", ["reasoning_content"] = "" }
            : new JsonObject { ["content"] = "", ["role"] = "assistant" });
        foreach (string piece in generation.ThinkingPieces)
            yield return Chunk(new JsonObject { ["content"] = null, ["reasoning_content"] = piece });
        var text = new EventTemplate(piece =>
            Delta(thinks ? new JsonObject { ["content"] = piece, ["reasoning_content"] = null } : new JsonObject { ["content"] = piece }, null));
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
                    ["audio"] = new JsonObject { ["data"] = piece, ["expires_at"] = generation.CreatedAt.ToUnixTimeSeconds(),
                        ["id"] = "audio_" + id["chatcmpl-".Length..] },
                });
            }
        }
        if (generation.FinishReason is not null)
            yield return Chunk(thinks ? new JsonObject { ["content"] = "", ["reasoning_content"] = null }
                : new JsonObject { ["content"] = "" }, generation.FinishReason);
        for (int i = 0; i < generation.MoreChoices.Count; i++)
        {
            yield return Chunk(new JsonObject { ["content"] = "", ["role"] = "assistant" }, index: i + 1);
            foreach (string piece in generation.MoreChoices[i].TextPieces)
                yield return Chunk(new JsonObject { ["content"] = piece }, index: i + 1);
            yield return Chunk(new JsonObject { ["content"] = "" }, generation.MoreChoices[i].FinishReason, i + 1);
        }
        if (request.IncludesUsage)
            yield return StreamEvent.Of(Frame(new JsonArray(), Usage(generation, request.Speaks, request.CountsTools)));
        yield return new StreamEvent("[DONE]"u8.ToArray());

        StreamEvent Chunk(JsonObject delta, string? finishReason = null, int index = 0) => StreamEvent.Of(Delta(delta, finishReason, index));

        JsonObject Delta(JsonObject delta, string? finishReason, int index = 0) =>
            Frame(new JsonArray(new JsonObject { ["delta"] = delta, ["index"] = index, ["logprobs"] = null, ["finish_reason"] = finishReason }), null);

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

    private static JsonObject Usage(Generation generation, bool speaks = false, bool countsTools = false)
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
            usage["completion_tokens_details"] =
                new JsonObject { ["reasoning_tokens"] = generation.ReasoningTokens, ["text_tokens"] = generation.OutputTokens };
        usage["prompt_tokens_details"] = CacheUsage.Of(generation);
        if (countsTools && (generation.PdfPages > 0 || generation.ServiceCalls.Count > 0))
        {
            var counts = ResponseBody.Counts(generation);
            if (generation.PdfPages > 0)
                counts["pdf_page_parser"] = new JsonObject { ["count"] = generation.PdfPages, ["strategy"] = "standard" };
            usage["x_tools"] = counts;
        }
        return usage;
    }
}
