using QwenChat.Protocols;
using QwenChat.Protocols.Tools;

namespace QwenChat.Turn;

/// <summary>Decides how a turn asks for an answer of a schema, by API and model (wire-tools §2), and refuses what cannot go with it.</summary>
internal static class AnswerFormats
{
    /// <summary>The format of a turn's answer; null for an answer in text.</summary>
    /// <param name="scope">The turn.</param>
    /// <param name="options">What it asks for.</param>
    /// <param name="facts">What the catalogue knows of the model; null for an unknown one.</param>
    /// <exception cref="QwenException">The turn asks for something that cannot go with a schema.</exception>
    public static AnswerFormat? Choose(TurnScope scope, QwenOptions options, QwenModel? facts)
    {
        var request = scope.Request;
        if (request.Answer is not { } schema)
            return null;
        if (request.Spoken is not null)
            throw Refuse("An answer of a schema is JSON, which nobody wants to hear: leave out -AudioVoice and the like, or -As and -Schema.");
        if (options.ExtraBody?.Keys.FirstOrDefault(name => name is "response_format" or "text") is { } twice)
            throw Refuse($"-ExtraBody has '{twice}', and -As or -Schema says what the answer is too. Leave one of the two out.");
        if (schema.UncheckedKeywords.Count > 0 && scope.Conversation.WarnOnce("schema " + schema.Text))
            scope.Notices.Warn($"The schema has keywords that answers are not checked against: {string.Join(", ", schema.UncheckedKeywords)}.");
        if (scope.Api is QwenApi.Responses or QwenApi.Conversations)
        {
            CheckFunction(scope, options, facts);
            return new AnswerFormat(schema, AnswerWay.ForcedFunction);
        }
        // With media the service holds the model to no schema, and does not say so.
        return new AnswerFormat(schema, facts?.TakesJsonSchema == true && !HasMedia(scope) ? AnswerWay.JsonSchema : AnswerWay.JsonObject);
    }

    /// <summary>
    /// The options of a turn: a model that would think, and cannot where a call is forced or JSON is to come, does not, unless the user asked for it.
    /// </summary>
    public static QwenOptions Fit(QwenOptions options, AnswerFormat? format, TurnScope scope, QwenModel? facts)
    {
        bool isOpen = options.Thinking is null or QwenThinking.Default && options.ReasoningEffort is null && options.ThinkingBudget is null;
        bool mayNotThink = format?.Way == AnswerWay.ForcedFunction || (format?.Way == AnswerWay.JsonObject && !ThinksWithJson(facts?.Id));
        return isOpen && mayNotThink && facts?.Thinking == "On" && scope.Connection.CompatibleUri is null
            ? options with { Thinking = QwenThinking.Off } : options;
    }

    /// <summary>The options with which an answer is asked for again: without thinking, where that may have been in the way.</summary>
    public static QwenOptions ForRepair(PreparedTurn prepared) =>
        prepared is { Format.Way: AnswerWay.JsonObject, Facts.Thinking: "On" or "Off", Scope.Connection.CompatibleUri: null }
            ? prepared.Options with
            {
                Thinking = QwenThinking.Off,
                ReasoningEffort = null,
                ThinkingBudget = null,
                // They run only while the model thinks.
                BuiltInTool = prepared.Options.BuiltInTool & ~(QwenBuiltInTool.CodeInterpreter | QwenBuiltInTool.WebExtractor),
            } : prepared.Options;

    private static void CheckFunction(TurnScope scope, QwenOptions options, QwenModel? facts)
    {
        if (scope.Request.Tools.Count > 0 || ServiceTools.Any(options) || RequestItems.ExtraTools(options) is { Count: > 0 })
            throw Refuse($"Over the {scope.Api} API an answer of a schema is the call of a function, beside which there can be no other tool and no web "
                + "search. Use -Api ChatCompletions, or leave out -Tool, -Search, -BuiltInTool, -KnowledgeBase and -RemoteMcpServer.");
        bool asksToThink = options.ReasoningEffort is { } effort ? effort != "none" : options.Thinking == QwenThinking.On;
        if (scope.Connection.CompatibleUri is null && (asksToThink || facts?.Thinking == "Only"))
            throw Refuse($"Over the {scope.Api} API an answer of a schema is the call of a function, which a model that thinks cannot be made to call. "
                + "Use -Api ChatCompletions, or a model that does not think.");
    }

    // Models up to 3.6 write JSON surely only when they do not think.
    private static bool ThinksWithJson(string? model) =>
        model?.StartsWith("qwen3.7", StringComparison.OrdinalIgnoreCase) == true || model?.StartsWith("qwen3.8", StringComparison.OrdinalIgnoreCase) == true;

    private static bool HasMedia(TurnScope scope) =>
        scope.Request.Before.Append(scope.Request.Message).Any(message => message?.Parts.Any(part => part.Kind != "text") == true)
        || scope.Conversation.Pending.Any(item => item.MayHaveMedia) || scope.Conversation.Path.HasMedia(0);

    private static QwenException Refuse(string message) => new(QwenErrorKind.InvalidRequest, message);
}
