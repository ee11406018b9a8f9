using System.Text.Json;
using QwenChat.Catalogue;
using QwenChat.Model;
using QwenChat.Protocols.Messages;

namespace QwenChat.Turn;

/// <summary>
/// Looks at what a turn asks for before any request: refuses what would be wrong or silently lost, warns of what an API does not
/// take (design: "operations", options rows).
/// </summary>
internal static class OptionCheck
{
    /// <summary>The most UTF-8 bytes that surely fit: about five to a token (qwen-api §13).</summary>
    private const int BytesPerToken = 5;

    /// <summary>The Responses API's own limit (qwen-api §2.3).</summary>
    private const int LeastResponsesOutputTokens = 16;

    public static void Check(QwenApi api, QwenOptions options, QwenModel? model, QwenConversation conversation, NoticeQueue notices)
    {
        bool responses = api is QwenApi.Responses or QwenApi.Conversations;
        if (options.Temperature is < 0 or >= 2)
            throw Refuse($"-Temperature is {options.Temperature}; it goes from 0 to below 2.");
        if (options.TopP is <= 0 or > 1)
            throw Refuse($"-TopP is {options.TopP}; it goes from above 0 to 1.");
        if (options.ThinkingBudget is <= 0)
            throw Refuse("-ThinkingBudget is a number of tokens above 0.");
        if (options.MaxOutputTokens is <= 0)
            throw Refuse("-MaxOutputTokens is a number above 0.");
        if (options.Seed is < 0)
            throw Refuse("-Seed is a number from 0.");
        if (options.ThinkingBudget is not null && responses)
            throw Refuse($"The {api} API takes no thinking budget. Use -ReasoningEffort (low, medium, high), or -Api ChatCompletions.");
        if (options.ThinkingBudget is not null && options.ReasoningEffort is not null)
            throw Refuse("-ThinkingBudget and -ReasoningEffort exclude each other: give one of the two.");
        if (options.Thinking == QwenThinking.Off && options.ThinkingBudget is not null)
            throw Refuse("-ThinkingBudget with -Thinking Off says two things. Leave one out.");
        if (options.Thinking == QwenThinking.Off && options.ReasoningEffort is not null and not "none")
            throw Refuse("-ReasoningEffort with -Thinking Off says two things. Leave one out.");
        if (responses && options.MaxOutputTokens < LeastResponsesOutputTokens)
            throw Refuse($"-MaxOutputTokens is {options.MaxOutputTokens}; the {api} API takes at least {LeastResponsesOutputTokens}.");
        CheckExtraBody(api, options);
        if (responses && options.Seed is not null && conversation.WarnOnce("seed"))
            notices.Warn($"The {api} API ignores a seed without a word, so -Seed is not sent. -Api ChatCompletions takes it.");
        if (responses && conversation.Connection.CompatibleUri is null && FormatField(options) is { } field && conversation.WarnOnce("format"))
            notices.Warn($"The {api} API ignores '{field}' of -ExtraBody: the answer may be of any form. -Api ChatCompletions takes response_format.");
        if (model is not null)
            CheckModel(api, options, model, conversation, notices);
    }

    private static void CheckModel(QwenApi api, QwenOptions options, QwenModel model, QwenConversation conversation, NoticeQueue notices)
    {
        var listed = api == QwenApi.Conversations ? QwenApi.Responses : api;
        if (model.ApiKinds.Count > 0 && !model.ApiKinds.Contains(listed) && conversation.WarnOnce("api " + model.Id))
            notices.Warn($"The catalogue does not list {model.Id} for the {api} API, only for {string.Join(", ", model.Apis)}. It is asked all the same.");
        if (options.Thinking == QwenThinking.On && model.Thinking == "Never" && conversation.WarnOnce("thinking " + model.Id))
            notices.Warn($"As far as the catalogue knows, {model.Id} never thinks. -Thinking On is sent all the same.");
        if (options.Thinking == QwenThinking.Off && model.Thinking == "Only" && conversation.WarnOnce("thinking " + model.Id))
            notices.Warn($"As far as the catalogue knows, {model.Id} always thinks. -Thinking Off is sent all the same.");
    }

    /// <summary>The field of the user's that asks for a form of the answer; null for none.</summary>
    private static string? FormatField(QwenOptions options) =>
        options.ExtraBody is null ? null
        : options.ExtraBody.ContainsKey("response_format") ? "response_format"
        : options.ExtraBody.TryGetValue("text", out var text) && text.ValueKind == JsonValueKind.Object && text.TryGetProperty("format", out _)
        ? "text.format" : null;

    /// <summary>Refuses a field of -ExtraBody that QwenChat writes itself, in any case.</summary>
    /// <exception cref="QwenException">There is one.</exception>
    public static void CheckExtraBody(QwenApi api, QwenOptions options)
    {
        if (options.ExtraBody is null)
            return;
        var own = Protocols.ChatProtocol.OwnFields(api);
        foreach (string name in options.ExtraBody.Keys)
        {
            if (own.Any(field => field.Equals(name, StringComparison.OrdinalIgnoreCase)))
                throw Refuse($"-ExtraBody names '{name}', which QwenChat writes itself. {OwnField.Advice(name)}");
        }
        // Files and stores hold -ExtraBody as it is, and a server's headers are secrets.
        if (Protocols.RequestItems.ExtraTools(options)?.Any(Protocols.Tools.ServiceTools.IsMcp) == true)
            throw Refuse("-ExtraBody has an MCP server among its tools, whose headers files and stores would hold. "
                + "Use -RemoteMcpServer, which keeps them secret.");
        if (options.ExtraBody.TryGetValue(QwenOptionFields.PreserveThinking, out var preserve)
            && preserve.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            throw Refuse($"'{QwenOptionFields.PreserveThinking}' of -ExtraBody is {preserve.GetRawText()}; it is $true or $false.");
        }
    }

    /// <summary>Refuses a message that says nothing, or that the service would cut without a word.</summary>
    public static void CheckMessage(QwenApi api, IReadOnlyList<QwenItem> input, MessageDraft? draft, QwenModel? model)
    {
        if (draft is not null && draft.Parts.All(part => part.Kind == "text" && string.IsNullOrWhiteSpace(part.Value)))
            throw Refuse("The message is empty. Say something, or give an image or a file along.");
        if (input.Count == 0)
            throw Refuse("There is nothing to send: no message, and nothing was added to the conversation.");
        long tokens = input.Sum(item => (long)item.Frame.Length) / BytesPerToken;
        // What is longer the Responses API cuts silently (qwen-api §2.3); the others answer with an error of their own.
        if (api is QwenApi.Responses or QwenApi.Conversations && model?.ResponsesInput is { } read && tokens > read)
        {
            throw new QwenException(QwenErrorKind.ContextLengthExceeded,
                $"The message is about {tokens:N0} tokens long; {model.Id} reads some {read:N0} on the {api} API, which would drop the rest without an error. "
                    + "Send it in parts.");
        }
    }

    /// <summary>Refuses a spoken answer where none would come (qwen-api §6.5).</summary>
    public static void CheckSpoken(QwenApi api, string model, QwenOptions options, QwenModel? facts)
    {
        if (api != QwenApi.ChatCompletions)
            throw Refuse(
                $"Spoken answers come over Chat Completions alone, and this conversation uses {api}: New-QwenConversation -Api ChatCompletions -Model "
                    + "qwen3.5-omni-plus.");
        if (facts is { OutputModalities.Count: > 0 } && !facts.OutputModalities.Contains("audio"))
        {
            var speaking = ModelCatalogue.All.Where(other => other.OutputModalities.Contains("audio")).Select(other => other.Id);
            throw Refuse($"{model} answers in text alone, so there would be no audio. Models that speak: {string.Join(", ", speaking)}.");
        }
        if (options.Thinking == QwenThinking.On && model.StartsWith("qwen3-omni-flash", StringComparison.OrdinalIgnoreCase))
            throw Refuse($"{model} cannot speak while it thinks. Leave -Thinking On out, or the audio.");
    }

    private static QwenException Refuse(string message) => new(QwenErrorKind.InvalidRequest, message);
}
