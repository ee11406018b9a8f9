using QwenChat.Protocols;
using QwenChat.Protocols.Tools;

namespace QwenChat.Turn;

/// <summary>
/// Chooses how a turn requests an answer that must match a schema. The choice depends on the API and the model (wire §15). Rejects incompatible
/// options.
/// </summary>
internal static class AnswerFormats
{
    /// <summary>Returns the format of a turn's answer; null for a text answer.</summary>
    /// <exception cref="QwenException">The turn has an option that is incompatible with a schema.</exception>
    public static AnswerFormat? Choose(TurnScope scope, QwenOptions options, QwenModel? facts)
    {
        var request = scope.Request;
        if (request.Answer is not { } schema)
            return null;
        if (request.Spoken is not null)
            throw Refuse("An answer that must match a schema is JSON, which cannot be spoken. "
                + "Omit either -AudioVoice and the other audio parameters, or -As and -Schema.");
        if (options.ExtraBody?.Keys.FirstOrDefault(name => name is "response_format" or "text") is { } twice)
            throw Refuse($"-ExtraBody contains '{twice}', which specifies the answer format. Omit this field, or omit -As and -Schema.");
        if (schema.UncheckedKeywords.Count > 0 && scope.Conversation.WarnOnce("schema " + schema.Text))
            scope.Notices.Warn($"The schema contains keywords that QwenChat does not check in answers: {string.Join(", ", schema.UncheckedKeywords)}.");
        if (scope.Api is QwenApi.Responses or QwenApi.Conversations)
        {
            CheckFunction(scope, options, facts);
            return new AnswerFormat(schema, AnswerWay.ForcedFunction);
        }
        // With media, the service silently ignores the schema.
        return new AnswerFormat(schema, facts?.TakesJsonSchema == true && !HasMedia(scope) ? AnswerWay.JsonSchema : AnswerWay.JsonObject);
    }

    /// <summary>
    /// Returns the options of a turn. Some models think by default, but cannot think when a call is forced or JSON is required. For these models,
    /// thinking is turned off unless the user requested it.
    /// </summary>
    public static QwenOptions Fit(QwenOptions options, AnswerFormat? format, TurnScope scope, QwenModel? facts)
    {
        bool isOpen = options.Thinking is null or QwenThinking.Default && options.ReasoningEffort is null && options.ThinkingBudget is null;
        bool mayNotThink = format?.Way == AnswerWay.ForcedFunction || (format?.Way == AnswerWay.JsonObject && !ThinksWithJson(facts?.Id));
        return isOpen && mayNotThink && facts?.Thinking == "On" && scope.Connection.CompatibleUri is null
            ? options with { Thinking = QwenThinking.Off } : options;
    }

    /// <summary>Returns the options for requesting a corrected answer. Thinking is turned off if it may have caused the mismatch with the schema.</summary>
    public static QwenOptions ForRepair(PreparedTurn prepared) =>
        prepared is { Format.Way: AnswerWay.JsonObject, Facts.Thinking: "On" or "Off", Scope.Connection.CompatibleUri: null }
            ? prepared.Options with
            {
                Thinking = QwenThinking.Off,
                ReasoningEffort = null,
                ThinkingBudget = null,
                // These tools run only while the model thinks.
                BuiltInTool = prepared.Options.BuiltInTool & ~(QwenBuiltInTool.CodeInterpreter | QwenBuiltInTool.WebExtractor),
            } : prepared.Options;

    private static void CheckFunction(TurnScope scope, QwenOptions options, QwenModel? facts)
    {
        if (scope.Request.Tools.Count > 0 || ServiceTools.Any(options) || RequestItems.ExtraTools(options) is { Count: > 0 })
            throw Refuse($"In the {scope.Api} API, an answer that must match a schema is requested as a function call, which cannot be combined with "
                + "other tools or web search. Use -Api ChatCompletions, or omit -Tool, -Search, -BuiltInTool, -KnowledgeBase and -RemoteMcpServer.");
        bool asksToThink = options.ReasoningEffort is { } effort ? effort != "none" : options.Thinking == QwenThinking.On;
        if (scope.Connection.CompatibleUri is null && (asksToThink || facts?.Thinking == "Only"))
            throw Refuse($"In the {scope.Api} API, an answer that must match a schema is requested as a forced function call. A call cannot be "
                + "forced while the model thinks. Use -Api ChatCompletions, or a model that does not think.");
    }

    // Models up to Qwen3.6 write JSON reliably only when they do not think. Unknown models are treated the same way.
    private static bool ThinksWithJson(string? model) =>
        model?.StartsWith("qwen3.7", StringComparison.OrdinalIgnoreCase) == true || model?.StartsWith("qwen3.8", StringComparison.OrdinalIgnoreCase) == true;

    private static bool HasMedia(TurnScope scope) =>
        scope.Request.Before.Append(scope.Request.Message).Any(message => message?.Parts.Any(part => part.Kind != "text") == true)
        || scope.Conversation.Pending.Any(item => item.MayHaveMedia) || scope.Conversation.Path.HasMedia(0);

    private static QwenException Refuse(string message) => new(QwenErrorKind.InvalidRequest, message);
}
