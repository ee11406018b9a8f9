using System.Management.Automation;
using QwenChat.Connection;

namespace QwenChat.Commands.Errors;

/// <summary>The table that maps each failure to an error record: a fixed id, a category, and the advice.</summary>
internal static class ErrorRecords
{
    /// <summary>Returns the error record for a failure.</summary>
    /// <param name="exception">The failure.</param>
    /// <param name="target">The object being processed, such as a message, an id or a file.</param>
    /// <param name="redaction">Removes secrets. If null, only the credentials in addresses are removed.</param>
    /// <param name="situation">The advice for the connection of the request; null if the failure is unrelated to a connection.</param>
    public static ErrorRecord RecordOf(QwenException exception, object? target, Redaction? redaction = null, ConnectionAdvice? situation = null)
    {
        redaction ??= Redaction.OfAddresses;
        exception = redaction.Of(exception);
        var row = RowOf(exception.Kind);
        string words = SafeText.Show(situation?.MessageOf(exception) ?? exception.Message);
        // The message for a request that was not sent already contains advice. Messages from the service never contain advice.
        bool needsAdvice = (row.AdviseAlways && !exception.IsAboutContent) || exception.Status is not null || exception.Code is not null;
        return new ErrorRecord(exception, row.Id, row.Category, redaction.OfTarget(target))
        {
            // The advice is only in the message, because PowerShell's default view would repeat a RecommendedAction below the message.
            ErrorDetails = new ErrorDetails(needsAdvice ? words + "\n" + AdviceOf(exception, row, situation) : words),
        };
    }

    private static string AdviceOf(QwenException exception, ErrorRow row, ConnectionAdvice? situation) => exception switch
    {
        _ when exception.RetryAfter > Http.RetryPolicy.Longest =>
            "Wait as long as the exception's RetryAfter specifies, and run the command again. A higher -MaximumRetryCount does not help.",
        { Kind: QwenErrorKind.StreamBroken, PartialReply: null } => "Run the command again.",
        _ => situation?.For(exception.Kind) ?? row.Advice,
    };

    public static ErrorRow RowOf(QwenErrorKind kind) => kind switch
    {
        QwenErrorKind.ApiKeyMissing => new("QwenApiKeyMissing", ErrorCategory.AuthenticationError,
            "Set a key with Set-QwenConnection -ApiKey, $env:DASHSCOPE_API_KEY or $env:DASHSCOPE_API_KEY_FILE_PATH."),
        QwenErrorKind.AuthenticationFailed => new("QwenAuthenticationFailed", ErrorCategory.AuthenticationError,
            "A key is valid only in its region, and a plan's key only at the plan's address. "
            + "Specify the region of the key (Set-QwenConnection -Region … -ApiKey …), or create a new key in that region's console."),
        QwenErrorKind.AccessDenied => new("QwenAccessDenied", ErrorCategory.PermissionDenied,
            "Activate the model in the region's console, or allow it for the key's workspace."),
        QwenErrorKind.ModelNotFound => new("QwenModelNotFound", ErrorCategory.ObjectNotFound,
            "Get-QwenModel lists the models that this version knows, with their APIs. Not every region offers every model."),
        QwenErrorKind.NotFound => new("QwenNotFound", ErrorCategory.ObjectNotFound,
            "Check the id. The service keeps responses and items for 7 days, and only in the region and workspace in which they were created."),
        QwenErrorKind.InvalidRequest => new("QwenInvalidRequest", ErrorCategory.InvalidArgument,
            "Correct the value that the message describes. Send-QwenMessage -Debug shows the request."),
        QwenErrorKind.MutuallyExclusive => new("QwenMutuallyExclusive", ErrorCategory.InvalidArgument,
            "Specify -PreviousResponseId or -ConversationId, not both."),
        QwenErrorKind.InvalidResponseId => new("QwenInvalidResponseId", ErrorCategory.InvalidArgument,
            "A response id begins with resp_ or is a bare UUID. Use the ResponseId of a reply. An id that begins with msg_ identifies an item."),
        QwenErrorKind.SingleTurn => new("QwenSingleTurn", ErrorCategory.InvalidOperation,
            "This model supports only one turn. Begin a new conversation for the next message."),
        QwenErrorKind.MediaRefused => new("QwenMediaRefused", ErrorCategory.InvalidData,
            "Send a file of a type and size that the model accepts."),
        QwenErrorKind.StateExpired => new("QwenStateExpired", ErrorCategory.ResourceUnavailable,
            "Send the message again without -NoRebuild, to rebuild the conversation from its transcript."),
        QwenErrorKind.ContextLengthExceeded => new("QwenContextLengthExceeded", ErrorCategory.LimitsExceeded,
            "Send less text, let a policy omit or summarize older turns (New-QwenContextPolicy), or use a model with a larger window (Get-QwenModel)."),
        QwenErrorKind.ContentFiltered => new("QwenContentFiltered", ErrorCategory.SecurityError,
            "The service's content inspection rejected the text. Word it differently; the conversation is unchanged."),
        QwenErrorKind.BudgetExceeded => new("QwenBudgetExceeded", ErrorCategory.QuotaExceeded,
            "The limit was set with -CostLimit or -TokenLimit. To continue, set a higher limit."),
        QwenErrorKind.RateLimited => new("QwenRateLimited", ErrorCategory.LimitsExceeded,
            "The requests or tokens exceed the account's quota; the quota renews within about a minute. Send fewer requests at a time, or set a higher "
                + "-MaximumRetryCount."),
        QwenErrorKind.Billing => new("QwenBilling", ErrorCategory.QuotaExceeded,
            "Pay the bill, or allow paid use in the console. A retry does not help."),
        QwenErrorKind.ServiceUnavailable => new("QwenServiceUnavailable", ErrorCategory.ResourceUnavailable,
            "The service failed. Try again later; if the failure persists, report the request id (the exception's RequestId) to the service's support.", true),
        QwenErrorKind.Timeout => new("QwenTimeout", ErrorCategory.OperationTimeout,
            "Use Set-QwenConnection to increase the timeout that the message names. Stream long answers (-Stream or -Show).", true),
        QwenErrorKind.ConnectionFailed => new("QwenConnectionFailed", ErrorCategory.ConnectionError,
            "Check the address (Get-QwenConnection), the network and the proxy.", true),
        QwenErrorKind.StreamBroken => new("QwenStreamBroken", ErrorCategory.ConnectionError,
            "The answer was interrupted, and the conversation is unchanged. The part that arrived is in the exception's "
            + "PartialReply. Send the message again.", true),
        QwenErrorKind.ProtocolError => new("QwenProtocolError", ErrorCategory.ProtocolError,
            "The response is not from the Qwen service. Check the address (Get-QwenConnection), and verify that no proxy or sign-in page responds.",
                true),
        QwenErrorKind.StoreUnavailable => new("QwenStoreUnavailable", ErrorCategory.ResourceUnavailable,
            "Check the store's path or connection string, and whether this account can write there."),
        QwenErrorKind.StoreIncompatible => new("QwenStoreIncompatible", ErrorCategory.InvalidData,
            "A newer version of QwenChat created this store. Update the module, or use another store."),
        QwenErrorKind.ImportInvalid => new("QwenImportInvalid", ErrorCategory.InvalidData,
            "Import-QwenConversation reads the .json and .jsonl files that Export-QwenConversation writes."),
        QwenErrorKind.ToolFailed => new("QwenToolFailed", ErrorCategory.OperationStopped,
            "The exception's PartialReply contains the calls and their errors (ToolCalls). Fix the tools, or describe their parameters (New-QwenTool)."),
        QwenErrorKind.ToolRefused => new("QwenToolRefused", ErrorCategory.PermissionDenied,
            "Allow the tools to run: -ToolApproval Never for all, or New-QwenTool -Approval Never for one. See about_QwenTools."),
        QwenErrorKind.ToolRounds => new("QwenToolRounds", ErrorCategory.LimitsExceeded,
            "Set a higher -MaximumToolRounds, or ask for less in one message. The exception's PartialReply contains the calls that ran (ToolCalls)."),
        QwenErrorKind.SchemaMismatch => new("QwenSchemaMismatch", ErrorCategory.InvalidResult,
            "The conversation is unchanged, and the exception's PartialReply contains the answer (Text). Describe the properties, allow null for those "
            + "whose value the model may not know, remove -MaxOutputTokens, or use a model that enforces schemas (Get-QwenModel, "
            + "TakesJsonSchema).", true),
        QwenErrorKind.BatchNotRun => new("QwenBatchNotRun", ErrorCategory.OperationStopped,
            "Requests that were not run cost nothing. To submit them again, use Receive-QwenBatch -Failed | Start-QwenBatch."),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}

/// <summary>One row of the error table.</summary>
/// <param name="Id">The fixed id of the error.</param>
/// <param name="Category">The category.</param>
/// <param name="Advice">The advice.</param>
/// <param name="AdviseAlways">Whether the advice also applies when the service sent no error response.</param>
internal sealed record ErrorRow(string Id, ErrorCategory Category, string Advice, bool AdviseAlways = false);
