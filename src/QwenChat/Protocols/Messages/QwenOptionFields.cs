using System.Text.Json;

namespace QwenChat.Protocols.Messages;

/// <summary>Writes the options that have the same names in Chat Completions and the native protocol (wire §4.1, §5.2).</summary>
internal static class QwenOptionFields
{
    /// <summary>The field that makes the model read thinking from earlier turns. It can be set only with <c>-ExtraBody</c>.</summary>
    public const string PreserveThinking = "preserve_thinking";

    /// <summary>The names of the fields for thinking, sampling and the output limit.</summary>
    public static readonly string[] Names =
    [
        "enable_thinking", "thinking_budget", "reasoning_effort", .. SamplingNames, "max_tokens", "max_completion_tokens",
    ];

    public static void WriteThinking(Utf8JsonWriter writer, QwenOptions options)
    {
        if (options.Thinking is QwenThinking.On or QwenThinking.Off)
            writer.WriteBoolean("enable_thinking", options.Thinking == QwenThinking.On);
        if (options.ThinkingBudget is { } budget)
            writer.WriteNumber("thinking_budget", budget);
        if (options.ReasoningEffort is { } effort)
            writer.WriteString("reasoning_effort", effort);
    }

    public static string[] SamplingNames => ["temperature", "top_p"];

    /// <summary>Writes the options that have the same names in all APIs.</summary>
    public static void WriteSampling(Utf8JsonWriter writer, QwenOptions options)
    {
        if (options.Temperature is { } temperature)
            writer.WriteNumber("temperature", temperature);
        if (options.TopP is { } topP)
            writer.WriteNumber("top_p", topP);
    }

    /// <summary>Returns the field name of the output limit. The limit of newer models includes thinking, and has a different name.</summary>
    public static string LimitName(ChatRequest request) =>
        request.Facts?.TakesMaxCompletionTokens == true && !request.StandardFieldsOnly ? "max_completion_tokens" : "max_tokens";

    /// <summary>
    /// Returns the value of OpenAI's <c>reasoning_effort</c>, for a server that has no other field for thinking. If no effort is requested, the value is
    /// <c>none</c> to turn thinking off, <c>medium</c> (OpenAI's default) to turn thinking on, and otherwise null.
    /// </summary>
    public static string? StandardEffort(QwenOptions options) => options.ReasoningEffort ?? options.Thinking switch
    {
        QwenThinking.Off => "none",
        QwenThinking.On => "medium",
        _ => null,
    };
}
