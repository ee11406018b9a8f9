using System.Text.Json.Nodes;
using QwenChat.Emulator.ServiceTools;
using QwenChat.Emulator.Tools;

namespace QwenChat.Emulator.Endpoints;

/// <summary>A response of the native API, as a single body or as events.</summary>
internal sealed class DashScopeAnswer(DashScopeRequest request, Generation generation, string requestId)
{
    /// <summary>The finish reason of an unfinished answer: a string, not JSON null (wire §5.4).</summary>
    private const string Unfinished = "null";
    private readonly DashScopeToolCalls _toolCalls = new(generation.ToolCalls, numbered: !request.WritesParts);
    private readonly bool _thinks = request.Generation.Thinking || generation.ThinkingPieces.Count > 0;

    public JsonObject Whole()
    {
        var whole = Frame(generation.Text, generation.Thinking, _toolCalls.All, generation.FinishReason
            ?? Unfinished, generation.OutputTokens, generation.ReasoningTokens);
        for (int i = 0; i < generation.MoreChoices.Count; i++)
        {
            var more = generation.MoreChoices[i];
            whole["output"]!["choices"]!.AsArray().Add(Choice(more.Text, "", null, more.FinishReason, i + 1));
        }
        return ShowsSources ? WithSources(whole) : whole;
    }

    public IEnumerable<StreamEvent> Events()
    {
        bool incremental = request.IsIncremental;
        string thinking = "", text = "";
        int reasoningTokens = 0, count = 0;
        int pieces = generation.ThinkingPieces.Count;
        // The search results are in the first event; later events contain empty lists (wire §5.3).
        if (ShowsSources)
            yield return StreamEvent.Of(WithSources(Frame("", "", null, Unfinished, 0, 0)), "result");
        foreach (string piece in generation.ThinkingPieces)
        {
            reasoningTokens = Share(generation.ReasoningTokens, ++count, pieces);
            thinking += piece;
            yield return Result("", incremental ? piece : thinking, null, Unfinished, reasoningTokens);
        }
        if (generation.ServiceCalls.FirstOrDefault(call => call.Type == "code_interpreter") is { } code)
            yield return StreamEvent.Of(WithCode(code), "result");
        count = 0;
        pieces = generation.TextPieces.Count;
        foreach (string piece in generation.TextPieces)
        {
            if (!incremental)
                text += piece;
            int tokens = generation.ReasoningTokens + Share(generation.OutputTokens - generation.ReasoningTokens, ++count, pieces);
            yield return Result(incremental ? piece : text, incremental ? "" : thinking, null, Unfinished, tokens, isText: true);
        }
        // The last event with tool calls also contains the finish reason. For text models, the choice in an event with tool calls has an index
        // (wire §5.3).
        var calls = _toolCalls.Pieces(incremental).ToArray();
        for (int i = 0; i < calls.Length; i++)
        {
            string end = i == calls.Length - 1 ? generation.FinishReason ?? Unfinished : Unfinished;
            yield return Result(incremental ? "" : text, incremental ? "" : thinking, calls[i], end, generation.OutputTokens, index: request.WritesParts ? null
                : 0);
        }
        if (calls.Length == 0 && generation.FinishReason is { } reason)
            yield return Result(incremental ? "" : text, incremental ? "" : thinking, null, reason, generation.OutputTokens);

        // If several answers are requested, each event is assumed to contain text of only one answer, with the index of that answer [A7].
        for (int i = 0; i < generation.MoreChoices.Count; i++)
        {
            var more = generation.MoreChoices[i];
            text = "";
            foreach (string piece in more.TextPieces)
            {
                text += piece;
                yield return Result(incremental ? piece : text, "", null, Unfinished, generation.OutputTokens, index: i + 1);
            }
            yield return Result(incremental ? "" : text, "", null, more.FinishReason, generation.OutputTokens, index: i + 1);
        }

        StreamEvent Result(string content, string thought, JsonArray? toolCalls, string finishReason, int outputTokens, bool isText = false,
            int? index = null) =>
            StreamEvent.Of(Frame(content, thought, toolCalls, finishReason, outputTokens, Math.Min(outputTokens, generation.ReasoningTokens), index), "result",
            isText: isText);
    }

    private bool ShowsSources => generation.Search is not null && request.ShowsSources;

    private JsonObject WithSources(JsonObject frame)
    {
        frame["output"]!["search_info"] = ServiceToolRun.ToNative(generation.Search!);
        return frame;
    }

    private JsonObject Frame(string text, string thinking, JsonArray? toolCalls, string finishReason, int outputTokens, int reasoningTokens,
        int? index = null)
    {
        var output = request.WritesPlainText && generation.MoreChoices.Count == 0
            ? new JsonObject { ["finish_reason"] = finishReason, ["text"] = text }
            : new JsonObject { ["choices"] = new JsonArray(Choice(text, thinking, toolCalls, finishReason, index)) };
        if (ShowsSources)
            output["search_info"] = new JsonObject { ["search_results"] = new JsonArray(), ["extra_tool_info"] = new JsonArray() };
        return new() { ["output"] = output, ["usage"] = Usage(outputTokens, reasoningTokens), ["request_id"] = requestId };
    }

    private JsonObject Choice(string text, string thinking, JsonArray? toolCalls, string finishReason, int? index)
    {
        var choice = new JsonObject { ["message"] = Message(text, thinking, toolCalls), ["finish_reason"] = finishReason };
        if ((index ?? (generation.MoreChoices.Count > 0 ? 0 : null)) is { } number)
            choice["index"] = number;
        return choice;
    }

    private JsonObject Message(string text, string thinking, JsonArray? toolCalls)
    {
        JsonNode content = !request.WritesParts ? text : text.Length == 0 ? new JsonArray() : new JsonArray(new JsonObject { ["text"] = text });
        var message = new JsonObject { ["content"] = content };
        if (_thinks)
            message["reasoning_content"] = thinking;
        if (toolCalls is not null)
            message["tool_calls"] = toolCalls;
        message["role"] = "assistant";
        return message;
    }

    /// <summary>Returns the usage so far, because every event contains cumulative counts (wire §5.4).</summary>
    private JsonObject Usage(int outputTokens, int reasoningTokens)
    {
        var usage = new JsonObject
        {
            ["total_tokens"] = generation.InputTokens + outputTokens,
            ["input_tokens"] = generation.InputTokens,
            ["output_tokens"] = outputTokens,
        };
        if (generation.MediaTokens > 0)
        {
            usage["image_tokens"] = generation.MediaTokens;
            usage["input_tokens_details"] =
                new JsonObject { ["image_tokens"] = generation.MediaTokens, ["text_tokens"] = generation.InputTokens - generation.MediaTokens };
        }
        if (_thinks)
            usage["output_tokens_details"] = new JsonObject { ["reasoning_tokens"] = reasoningTokens, ["text_tokens"] = outputTokens - reasoningTokens };
        if (generation.ServiceCalls.Count > 0 || generation.PdfPages > 0)
            usage["plugins"] = Plugins();
        usage["prompt_tokens_details"] = CacheUsage.Of(generation);
        return usage;
    }

    /// <summary>Returns the counts of service tool calls and of PDF pages. The count of searches is documented; that of other tools is assumed [A27].</summary>
    private JsonObject Plugins()
    {
        var plugins = new JsonObject();
        foreach (var call in generation.ServiceCalls)
        {
            plugins[call.Type == "web_search" ? "search" : call.Type] = call.Type == "web_search"
                ? new JsonObject { ["count"] = 1, ["strategy"] = "standard" } : new JsonObject { ["count"] = 1 };
        }
        if (generation.PdfPages > 0)
            plugins["pdf_page_parser"] = new JsonObject { ["count"] = generation.PdfPages, ["strategy"] = "standard" };
        return plugins;
    }

    /// <summary>Returns an event that contains the code that ran (wire §16).</summary>
    private JsonObject WithCode(EmulatedServiceCall code)
    {
        var frame = Frame("", "", null, Unfinished, generation.ReasoningTokens, generation.ReasoningTokens);
        frame["output"]!["tool_info"] = new JsonArray(new JsonObject
        {
            ["code_interpreter"] = new JsonObject { ["code"] = code.Fields["code"]!.DeepClone() },
            ["type"] = code.Type,
        });
        return frame;
    }

    private static int Share(int tokens, int part, int parts) => (int)((long)tokens * part / parts);
}
