using System.Text.Json.Nodes;

namespace QwenChat.Emulator.Endpoints;

/// <summary>Lists the rate limits of each model (wire §19). Limits that the emulator's options do not set are null.</summary>
internal sealed class LimitsEndpoint(QwenEmulatorOptions options)
{
    private const int PeriodSeconds = 60;

    public Task<EmulatedAnswer> ListAsync(ApiCall call)
    {
        string? exact = call.Request.QueryValue("model"), part = call.Request.QueryValue("name");
        var entries = EmulatedModels.Listed
            .Where(model => (exact is null || model.Id == exact) && (part is null || model.Id.Contains(part, StringComparison.OrdinalIgnoreCase)))
            .Select(model => (Func<JsonObject>)(() => Show(model.Id))).ToArray();
        return Task.FromResult<EmulatedAnswer>(NativePage.Of(call, "quotas", entries));
    }

    private JsonObject Show(string model) => new()
    {
        ["model"] = model,
        ["workspace_id"] = "llm-emulator",
        ["model_limit"] = new JsonObject
        {
            ["request_limit"] = options.RequestsPerMinute,
            ["request_limit_period"] = PeriodSeconds,
            ["usage_limit"] = options.TokensPerMinute,
            ["usage_limit_field"] = "total_tokens",
            ["usage_limit_period"] = PeriodSeconds,
            ["async_user_queue_limit"] = null,
            ["async_user_concurrency_limit"] = null,
        },
        ["workspace_limit"] = null,
    };
}
