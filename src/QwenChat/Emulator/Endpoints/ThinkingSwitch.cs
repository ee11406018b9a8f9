using System.Text.Json;

namespace QwenChat.Emulator.Endpoints;

/// <summary>Reads the thinking switches shared by Chat Completions and the native API (wire §4.1, §7).</summary>
internal static class ThinkingSwitch
{
    private static readonly string[] s_efforts = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

    public static bool Read(JsonElement options, EmulatedModel model, Func<string, ApiRefusal> parameter)
    {
        bool? given = options.Flag("enable_thinking");
        string? effort = options.Text("reasoning_effort");
        CheckBudget(options, model, effort, parameter);
        // The rejection of unknown values is documented (wire §4.1). The error message is assumed [A19].
        if (effort is not null && !s_efforts.Contains(effort))
            throw parameter($"Invalid 'reasoning_effort': {effort}. Supported values are: ({string.Join(",", s_efforts.Select(word => $"'{word}'"))}).");
        bool? wanted = effort is not null ? effort != "none" : given;
        return model.Thinking switch
        {
            EmulatedThinking.Only when wanted == false => throw parameter("The value of the enable_thinking parameter is restricted to True."),
            EmulatedThinking.Only => true,
            EmulatedThinking.Never when given == true =>
                throw new ApiRefusal(400, "InvalidParameter.NotSupportEnableThinking", $"The model {model.Id} does not support enable_thinking."),
            EmulatedThinking.Never => false,
            var byDefault => wanted ?? byDefault == EmulatedThinking.On,
        };
    }

    private static void CheckBudget(JsonElement options, EmulatedModel model, string? effort, Func<string, ApiRefusal> parameter)
    {
        var budget = options.Get("thinking_budget");
        if (!budget.Exists())
            return;
        // The budget and the effort cannot be combined, as documented (wire §4.1). The error message is assumed [A19].
        if (effort is not null)
            throw parameter("The thinking_budget and reasoning_effort parameters cannot be set at the same time.");
        if (budget.ValueKind != JsonValueKind.Number || !budget.TryGetInt32(out int tokens) || tokens < 1 || tokens > model.MaximumThinking)
            throw parameter($"The thinking_budget parameter must be a positive integer and not greater than {model.MaximumThinking}");
    }
}
