using System.Text;
using QwenChat.Protocols.Errors;
using Xunit;

namespace QwenChat.Tests.Protocols;

public class ErrorReaderTests
{
    private static QwenException Read(int status, string body, string? header = null) => ErrorReader.Read(status, Encoding.UTF8.GetBytes(body), header);

    private static string Flat(string code, string message) =>
        $"{{\"request_id\":\"r\",\"code\":\"{code}\",\"message\":\"{message.Replace("\"", "\\\"", StringComparison.Ordinal)}\"}}";

    [Theory]
    [InlineData("""{"error":{"message":"Words.","type":"t","param":null,"code":"c"}}""", "header")]
    [InlineData("""{"error":{"code":"c","param":null,"message":"Words.","type":"t"},"id":"chatcmpl-inner","request_id":"own"}""", "own")]
    [InlineData("""{"error":{"code":"c","message":"Words."},"id":"chatcmpl-inner"}""", "inner")]
    [InlineData("""{"message":"Words.","request_id":"own","code":"c"}""", "own")]
    [InlineData("\uFEFF{\"message\":\"Words.\",\"code\":\"c\"}", "header")]
    [InlineData("id:1\nevent:error\n:HTTP_STATUS/400\ndata:{\"request_id\":\"own\",\"code\":\"c\",\"type\":\"c\",\"message\":\"Words.\"}\n\n", "own")]
    [InlineData("data: {\"error\":{\"code\":\"c\",\"param\":null,\"message\":\"Words.\",\"type\":\"t\"}}", "header")]
    [InlineData("data: {\"a\":1}\n\nevent:error\ndata:{\"request_id\":\"own\",\"code\":\"c\",\"message\":\"Words.\"}", "own")]
    public void Every_envelope_is_read(string body, string requestId)
    {
        var error = Read(400, body, "header");
        Assert.Equal((400, "c", "Words.", requestId, QwenErrorKind.InvalidRequest), (error.Status, error.Code, error.Message, error.RequestId, error.Kind));
    }

    [Theory]
    [InlineData("""{"error":"Words."}""")]
    [InlineData("""{"detail":"Words."}""")]
    [InlineData("""{"message":"Words."}""")]
    [InlineData("""[{"error":{"message":"Words."}}]""")]
    public void Envelopes_of_other_servers_are_read(string body) => Assert.Equal("Words.", Read(400, body).Message);

    [Fact]
    public void The_status_in_the_event_is_used() =>
        Assert.Equal(429, Read(200, "event:error\n:HTTP_STATUS/429\ndata:{\"code\":\"c\",\"message\":\"m\"}").Status);

    [Fact]
    public void The_inner_code_is_extracted_from_the_text()
    {
        var error = Read(400,
            """{"error":{"code":"invalid_parameter_error","message":"<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, """
                + """983616]","param":null,"type":"invalid_request_error"},"request_id":"81a3"}""");
        Assert.Equal(("Range of input length should be [1, 983616]", "invalid_parameter_error", QwenErrorKind.ContextLengthExceeded),
            (error.Message, error.Code, error.Kind));
        Assert.True(ErrorReader.TryReadInputLimit(error, out int limit));
        Assert.Equal(983616, limit);
    }

    [Theory]
    [InlineData(401, "InvalidApiKey", "Invalid API-key provided.", QwenErrorKind.AuthenticationFailed, nameof(RetryAdvice.Never))]
    [InlineData(401, "NOT AUTHORIZED", "Access denied: Either you are not authorized to access this workspace, or the workspace does not exist.",
        QwenErrorKind.AuthenticationFailed, nameof(RetryAdvice.Never))]
    [InlineData(403, "AccessDenied.Unpurchased", "Access to model denied.", QwenErrorKind.AccessDenied, nameof(RetryAdvice.Never))]
    [InlineData(400, "Arrearage", "Access denied, please make sure your account is in good standing.", QwenErrorKind.Billing, nameof(RetryAdvice.Never))]
    [InlineData(403, "AllocationQuota.FreeTierOnly", "The free tier of the model has been exhausted.", QwenErrorKind.Billing, nameof(RetryAdvice.Never))]
    [InlineData(429, "Throttling.AllocationQuota", "Free allocated quota exceeded.", QwenErrorKind.Billing, nameof(RetryAdvice.Never))]
    [InlineData(400, "Throttling.AllocationQuota", "Free allocated quota exceeded.", QwenErrorKind.Billing, nameof(RetryAdvice.Never))]
    [InlineData(429, "PostpaidBillOverdue", "The postpaid bill is overdue.", QwenErrorKind.Billing, nameof(RetryAdvice.Never))]
    [InlineData(429, "Throttling.AllocationQuota", "Allocated quota exceeded, please increase your quota limit.", QwenErrorKind.RateLimited,
        nameof(RetryAdvice.Patiently))]
    [InlineData(429, "insufficient_quota", "You exceeded your current quota, please check your plan and billing details.", QwenErrorKind.RateLimited,
        nameof(RetryAdvice.Patiently))]
    [InlineData(429, "Throttling.RateQuota", "You have exceeded your request limit.", QwenErrorKind.RateLimited, nameof(RetryAdvice.Soon))]
    [InlineData(429, "limit_burst_rate", "Request rate increased too quickly.", QwenErrorKind.RateLimited, nameof(RetryAdvice.Soon))]
    [InlineData(429, "unheard_of", "Slow down.", QwenErrorKind.RateLimited, nameof(RetryAdvice.Soon))]
    [InlineData(400, "DataInspectionFailed", "Input data may contain inappropriate content.", QwenErrorKind.ContentFiltered, nameof(RetryAdvice.Never))]
    [InlineData(400, "InvalidParameter.DataInspection", "Unable to download the media resource during the data inspection process.",
        QwenErrorKind.InvalidRequest, nameof(RetryAdvice.Once))]
    [InlineData(400, "InvalidParameter", "Range of input length should be [1, 30720]", QwenErrorKind.ContextLengthExceeded, nameof(RetryAdvice.Never))]
    [InlineData(400, "InvalidParameter", "Not found previous_response_id: resp_3cad", QwenErrorKind.StateExpired, nameof(RetryAdvice.Never))]
    [InlineData(400, "INVALID_REQUEST", "Mutually exclusive parameters: Ensure you are only providing one of: previous_response_id or conversation.",
        QwenErrorKind.MutuallyExclusive, nameof(RetryAdvice.Never))]
    [InlineData(400, "InvalidParameter", "Unsupported model: '__no_such_model__'", QwenErrorKind.ModelNotFound, nameof(RetryAdvice.Never))]
    [InlineData(400, "InvalidParameter", "Model not exist.", QwenErrorKind.ModelNotFound, nameof(RetryAdvice.Never))]
    [InlineData(404, "model_not_supported", "Unsupported model xxx for OpenAI compatibility mode.", QwenErrorKind.ModelNotFound, nameof(RetryAdvice.Never))]
    [InlineData(404, "ModelNotFound", "Model can not be found.", QwenErrorKind.ModelNotFound, nameof(RetryAdvice.Never))]
    [InlineData(404, "NotFoundError", "The model `x` does not exist.", QwenErrorKind.ModelNotFound, nameof(RetryAdvice.Never))]
    [InlineData(404, "Not Found", "Not support", QwenErrorKind.NotFound, nameof(RetryAdvice.Never))]
    [InlineData(400, "InvalidParameter", "Response with id 'resp_xxx' not found.", QwenErrorKind.NotFound, nameof(RetryAdvice.Never))]
    [InlineData(400, "InvalidParameter", "Conversation with id 'conv_xxx' not found.", QwenErrorKind.NotFound, nameof(RetryAdvice.Never))]
    [InlineData(400, "InvalidParameter", "Invalid 'top_p': 9. Expected a value between (0,1], but got 9 instead.", QwenErrorKind.InvalidRequest,
        nameof(RetryAdvice.Never))]
    [InlineData(405, "Method Not Allowed", "Method 'GET' is not allowed for '/compatible-mode/v1/responses'.", QwenErrorKind.InvalidRequest,
        nameof(RetryAdvice.Never))]
    [InlineData(409, "Conflict", "Conflict", QwenErrorKind.InvalidRequest, nameof(RetryAdvice.Soon))]
    [InlineData(500, "InternalError", "An internal error has occured, please try again later or contact service support.", QwenErrorKind.ServiceUnavailable,
        nameof(RetryAdvice.Soon))]
    [InlineData(500, "InternalError.Algo", "inference internal error.", QwenErrorKind.ServiceUnavailable, nameof(RetryAdvice.Once))]
    [InlineData(500, "InternalError.Timeout", "m", QwenErrorKind.ServiceUnavailable, nameof(RetryAdvice.Soon))]
    [InlineData(500, "RewriteFailed", "m", QwenErrorKind.ServiceUnavailable, nameof(RetryAdvice.Once))]
    [InlineData(503, "ModelUnavailable", "Model is unavailable, please try again later.", QwenErrorKind.ServiceUnavailable, nameof(RetryAdvice.Soon))]
    [InlineData(200, "InvalidParameter", "Something.", QwenErrorKind.InvalidRequest, nameof(RetryAdvice.Never))]
    [InlineData(200, "ModelServingError", "Too many requests.", QwenErrorKind.ServiceUnavailable, nameof(RetryAdvice.Soon))]
    [InlineData(4007, "unheard_of", "Something.", QwenErrorKind.ServiceUnavailable, nameof(RetryAdvice.Once))]
    [InlineData(200, "unheard_of", "Something.", QwenErrorKind.ServiceUnavailable, nameof(RetryAdvice.Once))]
    public void Errors_are_distinguished(int status, string code, string message, QwenErrorKind kind, string retry)
    {
        var error = Read(status, Flat(code, message));
        Assert.Equal((kind, retry, retry != nameof(RetryAdvice.Never)), (error.Kind, error.Retry.ToString(), error.Retryable));
    }

    [Fact]
    public void An_error_without_a_code_is_classified_by_its_type()
    {
        var error = Read(200, """{"error":{"message":"m","type":"invalid_request_error"}}""");
        Assert.Equal((QwenErrorKind.InvalidRequest, null), (error.Kind, error.Code));
    }

    [Theory]
    [InlineData(502, "<html><head><title>502 Bad Gateway</title><style>p{}</style></head>\n<body><h1>502&nbsp;Bad Gateway</h1></body></html>",
        QwenErrorKind.ServiceUnavailable, "502 Bad Gateway 502 Bad Gateway")]
    [InlineData(200, "<html><body>Log in to the &amp; WLAN</body></html>", QwenErrorKind.ProtocolError, "Log in to the & WLAN")]
    [InlineData(404, "no\u001b[31m such\r\npage", QwenErrorKind.NotFound, "no [31m such page")]
    [InlineData(500, "", QwenErrorKind.ServiceUnavailable, "cannot be read: it is empty.")]
    [InlineData(400, "{\"cut\":", QwenErrorKind.InvalidRequest, "{\"cut\":")]
    [InlineData(400, "{}", QwenErrorKind.InvalidRequest, "{}")]
    public void A_body_that_is_not_JSON_is_shown_in_part(int status, string body, QwenErrorKind kind, string shown)
    {
        var error = Read(status, body, "r");
        Assert.Equal((kind, status, "r"), (error.Kind, error.Status, error.RequestId));
        Assert.Contains($"status {status}", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(shown, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_more_than_200_characters_of_a_body_that_is_not_JSON_are_shown()
    {
        string shown = Read(500, string.Concat(Enumerable.Repeat("😊", 50_000))).Message.Split(": ")[1];
        Assert.InRange(shown.Length, 190, 200);
        Assert.EndsWith("😊…", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_very_long_message_is_truncated()
    {
        string shown = Read(400, Flat("InvalidParameter", new string('x', 1 << 20))).Message;
        Assert.InRange(shown.Length, 8000, 8192);
        Assert.EndsWith("x…", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void The_wrong_native_endpoint_is_recognized() =>
    Assert.True(ErrorReader.IsWrongEndpoint(Read(400, Flat("InvalidParameter", "url error, please check url！"))));

    [SharedTheory]
    [InlineData("dashscope/auth-error-nosse.response.body.txt", 401, QwenErrorKind.AuthenticationFailed, "Invalid API-key provided.")]
    [InlineData("dashscope/parameter-error-nosse.response.body.txt", 400, QwenErrorKind.InvalidRequest,
        "Role must be user or assistant and Content length must be greater than 0")]
    [InlineData("dashscope/parameter-error-sse.response.body.txt", 400, QwenErrorKind.InvalidRequest,
        "Role must be user or assistant and Content length must be greater than 0")]
    [InlineData("dashscope/upload-file-error-nosse.response.body.txt", 400, QwenErrorKind.InvalidRequest, "'purpose' must be 'file-extract'")]
    [InlineData("openai/Conversations/error_conversation_not_found/response.json", 404, QwenErrorKind.NotFound,
        "Conversation with id 'conv_nonexistent123' not found.")]
    [InlineData("openai/Conversations/error_invalid_limit/response.json", 400, QwenErrorKind.InvalidRequest,
        "Invalid 'limit': integer above maximum value. Expected a value <= 100, but got 1000 instead.")]
    public void Recorded_errors_are_read(string path, int status, QwenErrorKind kind, string message)
    {
        var error = ErrorReader.Read(status, TestFiles.Recording(path.Split('/')), null);
        Assert.Equal((kind, message, status), (error.Kind, error.Message, error.Status));
    }
}
