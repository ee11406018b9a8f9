using System.Text.Json.Nodes;

namespace QwenChat.Emulator.Endpoints;

/// <summary>The response data that is known when the first event is sent.</summary>
internal sealed record ResponseHead(string Id, DateTimeOffset CreatedAt, string Model);

/// <summary>The response object (wire §2.4, §2.7).</summary>
internal static class ResponseBody
{
    /// <summary>Returns a response without output. As in the service's response, the model is empty (wire §2.6).</summary>
    public static JsonObject Begun(ResponseHead head, string status) => new()
    {
        ["output"] = new JsonArray(),
        ["parallel_tool_calls"] = false,
        ["created_at"] = head.CreatedAt.ToUnixTimeSeconds(),
        ["tool_choice"] = "auto",
        ["model"] = "",
        ["id"] = head.Id,
        ["tools"] = new JsonArray(),
        ["object"] = "response",
        ["status"] = status,
    };

    /// <summary>Returns the complete response. Metadata is returned when the response is created, but it is not stored (wire §2.3).</summary>
    public static JsonObject Whole(
        ResponseHead head, ResponsesRequest request, Generation generation, IReadOnlyList<EmulatedItem> output, DateTimeOffset completedAt, bool metadata)
    {
        var body = new JsonObject
        {
            ["background"] = false,
            ["completed_at"] = completedAt.ToUnixTimeSeconds(),
            ["created_at"] = head.CreatedAt.ToUnixTimeSeconds(),
            ["frequency_penalty"] = 0.0,
            ["id"] = head.Id,
            ["max_output_tokens"] = request.Body.Get("max_output_tokens").ToNode(),
            ["metadata"] = metadata ? request.Body.Get("metadata").ToNode() ?? new JsonObject() : new JsonObject(),
            ["model"] = head.Model,
            ["object"] = "response",
            ["output"] = new JsonArray(output.Select(item => item.Json.DeepClone()).ToArray()),
            ["parallel_tool_calls"] = request.Body.Flag("parallel_tool_calls") ?? false,
            ["presence_penalty"] = 0.0,
            ["reasoning"] = request.Body.Get("reasoning").ToNode(),
            ["service_tier"] = "default",
            ["status"] = Status(generation),
            ["store"] = request.Stores,
            ["temperature"] = request.Body.Get("temperature").ToNode() ?? 1.0,
            ["tool_choice"] = request.Body.Get("tool_choice").ToNode() ?? "auto",
            ["tools"] = request.Body.Get("tools").ToNode() ?? new JsonArray(),
            ["top_logprobs"] = 0,
            ["top_p"] = request.Body.Get("top_p").ToNode() ?? 1.0,
            ["usage"] = Usage(generation),
        };
        if (request.PreviousResponseId is { } previous)
            body["previous_response_id"] = previous;
        // The "conversation" field is not documented, so the format of OpenAI's API is assumed [A16].
        if (request.ConversationId is { } conversation)
            body["conversation"] = new JsonObject { ["id"] = conversation };
        if (generation.FinishReason == "length")
            body["incomplete_details"] = new JsonObject { ["reason"] = "max_output_tokens" };
        return body;
    }

    public static string Status(Generation generation) => generation.FinishReason is null or "length" ? "incomplete" : "completed";

    private static JsonObject Usage(Generation generation)
    {
        var usage = Tokens(generation);
        if (generation.ServiceCalls.Count > 0)
            usage["x_tools"] = Counts(generation);
        return usage;
    }

    public static JsonObject Counts(Generation generation)
    {
        var counts = new JsonObject();
        foreach (var calls in generation.ServiceCalls.GroupBy(call => call.Type))
            counts[calls.Key] = new JsonObject { ["count"] = calls.Count() };
        return counts;
    }

    private static JsonObject Tokens(Generation generation) => new()
    {
        ["input_tokens"] = generation.InputTokens,
        ["input_tokens_details"] = new JsonObject { ["cached_tokens"] = generation.CachedTokens },
        ["output_tokens"] = generation.OutputTokens,
        ["output_tokens_details"] = new JsonObject { ["reasoning_tokens"] = generation.ReasoningTokens },
        ["total_tokens"] = generation.TotalTokens,
        ["x_details"] = new JsonArray(new JsonObject
        {
            ["input_tokens"] = generation.InputTokens,
            ["output_tokens"] = generation.OutputTokens,
            ["output_tokens_details"] = new JsonObject { ["reasoning_tokens"] = generation.ReasoningTokens },
            ["prompt_tokens_details"] = CacheUsage.Of(generation),
            ["total_tokens"] = generation.TotalTokens,
            ["x_billing_type"] = "response_api",
        }),
    };
}
