namespace QwenChat.Turn;

/// <summary>Advice for request fields that QwenChat writes itself, and that <c>-ExtraBody</c> therefore cannot contain.</summary>
internal static class OwnField
{
    /// <summary>Returns a sentence that recommends what to use instead of a field. The comparison ignores letter case.</summary>
    public static string Advice(string name) => name.ToLowerInvariant() switch
    {
        "model" => Use("-Model"),
        "instructions" => Use("-Instructions"),
        "messages" or "input" => "This field contains the conversation and the new message. To add other items, use Add-QwenConversationItem.",
        "previous_response_id" or "conversation" => "To continue a conversation that the service keeps, use Get-QwenConversation.",
        "store" => Use("New-QwenConversation -Stateless"),
        "stream" or "stream_options" or "incremental_output" => Use("-Stream"),
        "enable_thinking" => Use("-Thinking"),
        "thinking_budget" => Use("-ThinkingBudget"),
        "reasoning" or "reasoning_effort" => Use("-ReasoningEffort"),
        "temperature" => Use("-Temperature"),
        "top_p" => Use("-TopP"),
        "max_tokens" or "max_completion_tokens" or "max_output_tokens" => Use("-MaxOutputTokens"),
        "seed" => Use("-Seed"),
        "enable_search" => Use("-Search"),
        "enable_code_interpreter" => Use("-BuiltInTool CodeInterpreter"),
        "modalities" or "audio" => Use("-AudioVoice"),
        "parameters" => "Specify its fields directly in -ExtraBody.",
        _ => "Omit it.",
    };

    private static string Use(string parameter) => $"Use {parameter} instead.";
}
