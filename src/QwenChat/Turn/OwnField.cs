namespace QwenChat.Turn;

/// <summary>What to use in place of a field of the request that is written here, and that <c>-ExtraBody</c> therefore cannot have.</summary>
internal static class OwnField
{
    /// <summary>A sentence that names the parameter; where there is none, says so.</summary>
    /// <param name="name">The field, in any case.</param>
    public static string Advice(string name) => name.ToLowerInvariant() switch
    {
        "model" => Use("-Model"),
        "instructions" => Use("-Instructions"),
        "messages" or "input" => "The conversation and its next message are sent there: Add-QwenConversationItem adds other items.",
        "previous_response_id" or "conversation" => "Get-QwenConversation goes on with what the service keeps.",
        "store" => Use("-Stateless of New-QwenConversation"),
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
        "parameters" => "Give its fields themselves to -ExtraBody.",
        _ => "Leave it out.",
    };

    private static string Use(string parameter) => $"Use {parameter} instead.";
}
