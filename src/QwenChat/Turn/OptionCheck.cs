using System.Text.Json;
using QwenChat.Catalogue;
using QwenChat.Model;
using QwenChat.Protocols.Messages;

namespace QwenChat.Turn;

/// <summary>
/// Validates the options of a turn before any request is sent. Rejects invalid options, and warns about options that the API or the model probably
/// ignores.
/// </summary>
internal static class OptionCheck
{
    /// <summary>A high estimate of the UTF-8 bytes per token, so that acceptable messages are not rejected (wire §13).</summary>
    private const int BytesPerToken = 5;

    /// <summary>The minimum of -MaxOutputTokens in the Responses API (wire §2.3).</summary>
    private const int LeastResponsesOutputTokens = 16;

    public static void Check(QwenApi api, QwenOptions options, QwenModel? model, QwenConversation conversation, NoticeQueue notices)
    {
        bool responses = api is QwenApi.Responses or QwenApi.Conversations;
        if (options.Temperature is < 0 or >= 2)
            throw Refuse(FormattableString.Invariant($"-Temperature is {options.Temperature}. It must be at least 0 and less than 2."));
        if (options.TopP is <= 0 or > 1)
            throw Refuse(FormattableString.Invariant($"-TopP is {options.TopP}. It must be greater than 0 and at most 1."));
        if (options.ThinkingBudget is <= 0)
            throw Refuse("-ThinkingBudget must be a number of tokens greater than 0.");
        if (options.MaxOutputTokens is <= 0)
            throw Refuse("-MaxOutputTokens must be a number of tokens greater than 0.");
        if (options.Seed is < 0)
            throw Refuse("-Seed must be 0 or more.");
        if (options.ThinkingBudget is not null && responses)
            throw Refuse($"The {api} API does not support a thinking budget. Use -ReasoningEffort (low, medium, high), or -Api ChatCompletions.");
        if (options.ThinkingBudget is not null && options.ReasoningEffort is not null)
            throw Refuse("-ThinkingBudget and -ReasoningEffort cannot be combined. Specify one of them.");
        if (options.Thinking == QwenThinking.Off && options.ThinkingBudget is not null)
            throw Refuse("-ThinkingBudget and -Thinking Off contradict each other. Omit one of them.");
        if (options.Thinking == QwenThinking.Off && options.ReasoningEffort is not null and not "none")
            throw Refuse("-ReasoningEffort and -Thinking Off contradict each other. Omit one of them.");
        if (responses && options.MaxOutputTokens < LeastResponsesOutputTokens)
            throw Refuse($"-MaxOutputTokens is {options.MaxOutputTokens}; the {api} API requires at least {LeastResponsesOutputTokens}.");
        CheckExtraBody(api, options);
        if (responses && options.Seed is not null && conversation.WarnOnce("seed"))
            notices.Warn($"The {api} API ignores seeds, so -Seed is not sent. Use -Api ChatCompletions, which supports it.");
        if (responses && conversation.Connection.CompatibleUri is null && FormatField(options) is { } field && conversation.WarnOnce("format"))
            notices.Warn($"The {api} API ignores '{field}' in -ExtraBody, so the answer may have any format. Use -Api ChatCompletions, which supports "
                + "response_format.");
        if (model is not null)
            CheckModel(api, options, model, conversation, notices);
    }

    private static void CheckModel(QwenApi api, QwenOptions options, QwenModel model, QwenConversation conversation, NoticeQueue notices)
    {
        var listed = api == QwenApi.Conversations ? QwenApi.Responses : api;
        if (model.ApiKinds.Count > 0 && !model.ApiKinds.Contains(listed) && conversation.WarnOnce("api " + model.Id))
            notices.Warn($"The catalog lists {model.Id} only for {string.Join(", ", model.Apis)}, not for the {api} API. The request is sent anyway.");
        if (options.Thinking == QwenThinking.On && model.Thinking == "Never" && conversation.WarnOnce("thinking " + model.Id))
            notices.Warn($"According to the catalog, {model.Id} does not support thinking. -Thinking On is sent anyway.");
        if (options.Thinking == QwenThinking.Off && model.Thinking == "Only" && conversation.WarnOnce("thinking " + model.Id))
            notices.Warn($"According to the catalog, {model.Id} always thinks. -Thinking Off is sent anyway.");
    }

    /// <summary>Returns the field in -ExtraBody that requests an answer format; null if there is no such field.</summary>
    private static string? FormatField(QwenOptions options) =>
        options.ExtraBody is null ? null
        : options.ExtraBody.ContainsKey("response_format") ? "response_format"
        : options.ExtraBody.TryGetValue("text", out var text) && text.ValueKind == JsonValueKind.Object && text.TryGetProperty("format", out _)
        ? "text.format" : null;

    /// <summary>Rejects fields in -ExtraBody that QwenChat writes itself (in any letter case), MCP servers, and an invalid preserve_thinking.</summary>
    /// <exception cref="QwenException">-ExtraBody contains a field or value that is not allowed.</exception>
    public static void CheckExtraBody(QwenApi api, QwenOptions options)
    {
        if (options.ExtraBody is null)
            return;
        var own = Protocols.ChatProtocol.OwnFields(api);
        foreach (string name in options.ExtraBody.Keys)
        {
            if (own.Any(field => field.Equals(name, StringComparison.OrdinalIgnoreCase)))
                throw Refuse($"-ExtraBody contains '{name}', which QwenChat writes itself. {OwnField.Advice(name)}");
        }
        // -ExtraBody is saved unchanged in files and stores, but the headers of an MCP server are secrets.
        if (Protocols.RequestItems.ExtraTools(options)?.Any(Protocols.Tools.ServiceTools.IsMcp) == true)
            throw Refuse("-ExtraBody contains an MCP server, whose headers would be saved in files and stores. "
                + "Use -RemoteMcpServer, which keeps them secret.");
        if (options.ExtraBody.TryGetValue(QwenOptionFields.PreserveThinking, out var preserve)
            && preserve.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            throw Refuse($"'{QwenOptionFields.PreserveThinking}' in -ExtraBody is {preserve.GetRawText()}. It must be $true or $false.");
        }
    }

    /// <summary>Rejects a message that is empty, or that the service would truncate without notice.</summary>
    public static void CheckMessage(QwenApi api, IReadOnlyList<QwenItem> input, MessageDraft? draft, QwenModel? model)
    {
        if (draft is not null && draft.Parts.All(part => part.Kind == "text" && string.IsNullOrWhiteSpace(part.Value)))
            throw Refuse("The message is empty. Specify text, an image or a file.");
        if (input.Count == 0)
            throw Refuse("There is nothing to send. Specify a message, or add items to the conversation first.");
        long tokens = input.Sum(item => (long)item.Frame.Length) / BytesPerToken;
        // The Responses and Conversations APIs silently truncate input that exceeds the model's limit (wire §2.3); the other APIs return an error.
        if (api is QwenApi.Responses or QwenApi.Conversations && model?.ResponsesInput is { } read && tokens > read)
        {
            throw new QwenException(QwenErrorKind.ContextLengthExceeded,
                FormattableString.Invariant($"The message has about {tokens:N0} tokens. In the {api} API, {model.Id} accepts about {read:N0} ")
                    + "tokens and drops the rest without an error. Shorten the message, or use New-QwenConversation or Copy-QwenConversation with "
                    + "-Api ChatCompletions, which accepts more tokens.");
        }
    }

    /// <summary>Rejects a spoken answer if the API or the model cannot provide one (wire §6.5).</summary>
    public static void CheckSpoken(QwenApi api, string model, QwenOptions options, QwenModel? facts)
    {
        if (api != QwenApi.ChatCompletions)
            throw Refuse(
                $"Only the Chat Completions API supports spoken answers, but this conversation uses {api}. Use New-QwenConversation -Api ChatCompletions "
                    + "-Model qwen3.5-omni-plus.");
        if (facts is { OutputModalities.Count: > 0 } && !facts.OutputModalities.Contains("audio"))
        {
            var speaking = ModelCatalogue.All.Where(other => other.OutputModalities.Contains("audio")).Select(other => other.Id);
            throw Refuse($"{model} does not support spoken answers. Models that speak: {string.Join(", ", speaking)}.");
        }
        if (options.Thinking == QwenThinking.On && model.StartsWith("qwen3-omni-flash", StringComparison.OrdinalIgnoreCase))
            throw Refuse($"{model} cannot speak while it thinks. Omit -Thinking On, or the audio parameters.");
    }

    private static QwenException Refuse(string message) => new(QwenErrorKind.InvalidRequest, message);
}
