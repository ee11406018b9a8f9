using System.Text.Json.Nodes;

namespace QwenChat.Emulator;

/// <summary>The error envelopes of the APIs (wire §12.1).</summary>
internal enum ErrorForm
{
    /// <summary><c>{"code","message","request_id"}</c>.</summary>
    Flat,

    /// <summary><c>{"error":{"message","type","param","code"},"request_id"}</c>.</summary>
    Nested,
}

internal static class ErrorWriter
{
    public static JsonObject Of(ApiRefusal refusal, ErrorForm envelope, string requestId) => refusal.MessageAndTypeOnly
        ? new JsonObject { ["error"] = new JsonObject { ["message"] = refusal.Message, ["type"] = refusal.Code } }
        : envelope == ErrorForm.Flat ? Flat(refusal.Code, refusal.Message, requestId) : Nested(refusal.Code, refusal.Type, refusal.Message, requestId);

    public static JsonObject Flat(string code, string message, string requestId) =>
        new() { ["code"] = code, ["message"] = message, ["request_id"] = requestId };

    private static JsonObject Nested(string code, string type, string message, string requestId) => new()
    {
        ["error"] = new JsonObject { ["message"] = message, ["type"] = type, ["param"] = null, ["code"] = code },
        ["request_id"] = requestId,
    };

    /// <summary>Returns the service's usual error for a status (wire §12.2).</summary>
    public static ApiRefusal Standard(int status, ErrorForm envelope)
    {
        var (native, compatible, message) = status switch
        {
            401 => ("InvalidApiKey", "invalid_api_key", envelope == ErrorForm.Nested ? "Incorrect API key provided. " : "Invalid API-key provided."),
            403 => ("AccessDenied", "access_denied", "Access denied."),
            404 => ("ModelNotFound", "model_not_found", "Model can not be found."),
            429 => ("Throttling.RateQuota", "limit_requests", "Requests rate limit exceeded, please try again later."),
            503 => ("ModelUnavailable", "model_unavailable", "Model is unavailable, please try again later."),
            >= 500 => ("InternalError", "internal_error", "An internal error has occured, please try again later or contact service support."),
            _ => ("InvalidParameter", "invalid_parameter_error", "Required body invalid, please check the request body format."),
        };
        string code = envelope == ErrorForm.Nested ? compatible : native;
        return new ApiRefusal(status, code, message) { Type = status is 400 or 401 ? "invalid_request_error" : code };
    }
}
