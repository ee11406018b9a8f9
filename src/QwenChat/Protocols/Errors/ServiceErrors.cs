namespace QwenChat.Protocols.Errors;

/// <summary>
/// Determines the kind of a service error, and whether to retry the request (wire §2.8, §12.2, §12.3). Often, only the text of the error message identifies
/// the kind.
/// </summary>
internal static class ServiceErrors
{
    // The first matching row is used. A code row is compared with the error's code, inner code and type; a code that ends in '*' is a prefix. A text row
    // matches if the error message contains all of its strings.
    private static readonly Row[] Rows =
    [
        // Billing errors also occur with status 429, and must not be mistaken for rate limiting.
        Text(QwenErrorKind.Billing, RetryAdvice.Never, "free allocated quota exceeded"),
        Text(QwenErrorKind.Billing, RetryAdvice.Never, "free tier of the model has been exhausted"),
        Text(QwenErrorKind.Billing, RetryAdvice.Never, "account is in good standing"),
        Codes(QwenErrorKind.Billing, RetryAdvice.Never, "Arrearage", "AllocationQuota.FreeTierOnly", "CommodityNotPurchased", "PrepaidBillOverdue",
            "PostpaidBillOverdue"),

        // On this service, insufficient_quota refers to the token quota per minute, not to an unpaid bill (wire §12.2).
        Codes(QwenErrorKind.RateLimited, RetryAdvice.Patiently, "insufficient_quota", "Throttling.AllocationQuota"),
        Codes(QwenErrorKind.RateLimited, RetryAdvice.Soon, "Throttling*", "LimitRequests", "limit_requests", "limit_burst_rate", "rate_limit_exceeded"),
        Status(429, QwenErrorKind.RateLimited, RetryAdvice.Soon),

        Status(401, QwenErrorKind.AuthenticationFailed, RetryAdvice.Never),
        Codes(QwenErrorKind.AuthenticationFailed, RetryAdvice.Never, "InvalidApiKey", "invalid_api_key"),

        // Despite its name, this code means that the service could not download the media, not that it rejected the content.
        Codes(QwenErrorKind.InvalidRequest, RetryAdvice.Once, "InvalidParameter.DataInspection"),
        Codes(QwenErrorKind.ContentFiltered, RetryAdvice.Never, "DataInspectionFailed", "data_inspection_failed", "InternalError.Algo.DataInspectionFailed",
            "IPInfringementSuspect"),
        Text(QwenErrorKind.ContentFiltered, RetryAdvice.Never, "may contain inappropriate content"),

        Text(QwenErrorKind.ContextLengthExceeded, RetryAdvice.Never, InputLimitText),
        Text(QwenErrorKind.ContextLengthExceeded, RetryAdvice.Never, "total message token length exceed model limit"),
        Text(QwenErrorKind.ContextLengthExceeded, RetryAdvice.Never, "maximum context length"),
        Codes(QwenErrorKind.ContextLengthExceeded, RetryAdvice.Never, "context_length_exceeded", "exceed_context_size_error",
            "model_max_prompt_tokens_exceeded", "tokens_limit_reached", "prompt_too_long"),
        Status(413, QwenErrorKind.ContextLengthExceeded, RetryAdvice.Never),

        Text(QwenErrorKind.StateExpired, RetryAdvice.Never, "not found previous_response_id"),
        Text(QwenErrorKind.StateExpired, RetryAdvice.Never, "previous response with id", "not found"),
        Text(QwenErrorKind.MutuallyExclusive, RetryAdvice.Never, "mutually exclusive parameters"),
        Codes(QwenErrorKind.MutuallyExclusive, RetryAdvice.Never, "mutually_exclusive_parameters"),
        Codes(QwenErrorKind.StateExpired, RetryAdvice.Never, "previous_response_not_found"),
        Parameter(QwenErrorKind.StateExpired, RetryAdvice.Never, "previous_response_id"),

        Codes(QwenErrorKind.ModelNotFound, RetryAdvice.Never, "ModelNotFound", "model_not_found", "model_not_supported"),
        Text(QwenErrorKind.ModelNotFound, RetryAdvice.Never, "unsupported model"),
        Text(QwenErrorKind.ModelNotFound, RetryAdvice.Never, "model not exist."),
        Text(QwenErrorKind.ModelNotFound, RetryAdvice.Never, "model can not be found"),
        Text(QwenErrorKind.ModelNotFound, RetryAdvice.Never, "the model ", "does not exist"),
        Text(QwenErrorKind.ModelNotFound, RetryAdvice.Never, "model ", "not found, try pulling it first"),

        Text(QwenErrorKind.NotFound, RetryAdvice.Never, "response with id", "not found"),
        Text(QwenErrorKind.NotFound, RetryAdvice.Never, "conversation with id", "not found"),
        Text(QwenErrorKind.NotFound, RetryAdvice.Never, "item with id", "not found"),
        Codes(QwenErrorKind.NotFound, RetryAdvice.Never, "conversation_not_found", "response_not_found", "item_not_found"),
        Status(404, QwenErrorKind.NotFound, RetryAdvice.Never),
        Status(410, QwenErrorKind.NotFound, RetryAdvice.Never),

        Status(403, QwenErrorKind.AccessDenied, RetryAdvice.Never),
        Codes(QwenErrorKind.AccessDenied, RetryAdvice.Never, "AccessDenied*", "access_denied", "Model.AccessDenied", "App.AccessDenied",
            "Workspace.AccessDenied"),

        Status(408, QwenErrorKind.Timeout, RetryAdvice.Soon),
        Status(409, QwenErrorKind.InvalidRequest, RetryAdvice.Soon),
        Codes(QwenErrorKind.ConnectionFailed, RetryAdvice.Soon, "APIConnectionError"),
        StatusRange(400, 499, QwenErrorKind.InvalidRequest, RetryAdvice.Never),

        Codes(QwenErrorKind.ServiceUnavailable, RetryAdvice.Once, "InternalError.Algo*", "AppProcessFailed", "InvokePluginFailed", "RewriteFailed",
            "RetrivalFailed"),
        Status(501, QwenErrorKind.InvalidRequest, RetryAdvice.Never),
        StatusRange(500, 599, QwenErrorKind.ServiceUnavailable, RetryAdvice.Soon),

        // The rows below apply only to errors that have no status of their own and occur in a response with status 200.
        Codes(QwenErrorKind.ServiceUnavailable, RetryAdvice.Soon, "InternalError*", "internal_error", "server_error", "SystemError", "ModelServiceFailed",
            "ResponseTimeout",
            "RequestTimeOut", "ModelServingError", "ModelUnavailable"),
        Codes(QwenErrorKind.InvalidRequest, RetryAdvice.Never, "Invalid*", "invalid_*", "BadRequest*", "UnsupportedOperation"),
        StatusRange(int.MinValue, int.MaxValue, QwenErrorKind.ServiceUnavailable, RetryAdvice.Once),
    ];

    /// <summary>The text before the limit in a context overflow error: <c>Range of input length should be [1, 983616]</c>.</summary>
    public const string InputLimitText = "range of input length should be [1,";

    public static (QwenErrorKind Kind, RetryAdvice Retry) Find(ErrorEnvelope error)
    {
        var row = Array.Find(Rows, row => row.Fits(error))!;
        return (row.Kind, row.Retry);
    }

    private static Row Status(int status, QwenErrorKind kind, RetryAdvice retry) => StatusRange(status, status, kind, retry);

    private static Row StatusRange(int from, int to, QwenErrorKind kind, RetryAdvice retry) =>
        new(kind, retry, error => error.Status >= from && error.Status <= to);

    private static Row Codes(QwenErrorKind kind, RetryAdvice retry, params string[] codes) =>
        new(kind, retry, error => codes.Any(code => IsCode(error.Code, code) || IsCode(error.InnerCode, code) || IsCode(error.Type, code)));

    private static Row Text(QwenErrorKind kind, RetryAdvice retry, params string[] texts) =>
        new(kind, retry, error => texts.All(text => error.Message.Contains(text, StringComparison.OrdinalIgnoreCase)));

    private static Row Parameter(QwenErrorKind kind, RetryAdvice retry, string parameter) =>
        new(kind, retry, error => error.Parameter == parameter && error.Status is not (401 or 403 or 429));

    private static bool IsCode(string? code, string pattern) =>
        code is not null && (pattern[^1] == '*' ? code.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal) : code == pattern);

    private sealed record Row(QwenErrorKind Kind, RetryAdvice Retry, Func<ErrorEnvelope, bool> Fits);
}
